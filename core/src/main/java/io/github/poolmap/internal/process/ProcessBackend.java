package io.github.poolmap.internal.process;

import io.github.poolmap.Codec;
import io.github.poolmap.Effect;
import io.github.poolmap.Mapper;
import io.github.poolmap.NestedPoolException;
import io.github.poolmap.PoolKind;
import io.github.poolmap.StartStrategy;
import io.github.poolmap.WorkerInfo;
import io.github.poolmap.WorkerProcess;
import io.github.poolmap.WorkerSpec;
import io.github.poolmap.internal.run.Backend;
import io.github.poolmap.internal.run.ChunkExecutor;
import io.github.poolmap.internal.wire.Depth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lanes that pass their chunks to a child JVM each. */
public final class ProcessBackend implements Backend<ShippedFunction>, WarmWorkers.User {

  private static final Logger LOG = LoggerFactory.getLogger(ProcessBackend.class);

  private static final int LARGE_FUNCTION_BYTES = 10 << 20;

  private static final AtomicLong FUNCTIONS = new AtomicLong();

  /** What has been said of how large workers are, so that each is said once. */
  private static final Set<String> SIZES_TOLD = ConcurrentHashMap.newKeySet();

  private final WorkerPlan plan;
  private final Launcher launcher;
  private final KnownFunctions known = new KnownFunctions();
  private final ShippedFunction startEffect;
  private final ShippedFunction endEffect;
  private final @Nullable ShippedFunction codec;
  private final ShippingMeter meter = new ShippingMeter();
  private final Map<ChildJvm, Employment> workers = new ConcurrentHashMap<>();

  /** Workers that have not said yet that they are started: user code runs in them. */
  private final Set<ChildJvm> starting = ConcurrentHashMap.newKeySet();

  private final AtomicInteger hires = new AtomicInteger();

  private final StartTime startTime = new StartTime();

  /** Whether the strategy has asked for a warm worker, and whether it is to be expected to. */
  private volatile boolean hasAskedForWarm;

  private volatile boolean takesWarm;

  private volatile boolean refusing;
  private volatile boolean terminated;

  /**
   * Makes a backend; starts nothing.
   *
   * @param start what each worker does before its first task
   * @param end what each worker does after its last one, if another pool is to have it
   * @throws io.github.poolmap.NotSerializableTaskException if start, end or the codec cannot be
   *     sent
   * @throws IllegalArgumentException if a system property has a value that is not allowed
   */
  public ProcessBackend(WorkerPlan plan, Effect<WorkerInfo> start, Effect<WorkerInfo> end) {
    this.plan = plan;
    this.takesWarm = !plan.strategy().equals(StartStrategy.spawn());
    this.launcher = new Launcher(plan.poolName());
    this.startEffect = shipped(start, "initializer");
    this.endEffect = shipped(end, "end");
    this.codec = plan.codec() == null ? null : shipped(plan.codec(), "codec");
    ProgramEnd.watch();
  }

  private ShippedFunction shipped(Object function, String what) {
    return shipped(function, what, null);
  }

  private ShippedFunction shipped(Object function, String what, @Nullable Codec with) {
    return ShippedFunction.of(
        FUNCTIONS.incrementAndGet(), known, function, what, plan.shipClasses(), with);
  }

  @Override
  public PoolKind kind() {
    return PoolKind.PROCESSES;
  }

  List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(plan.spec().java().toString());
    command.addAll(plan.spec().options());
    return command;
  }

  /** Returns the payload of a function's frame. */
  byte[] startEffect() {
    return startEffect.bytes();
  }

  /** Returns the payload of the codec's frame, if it had one; null if there is no codec. */
  byte @Nullable [] codec() {
    return codec == null ? null : codec.bytes();
  }

  /** Returns what knows the classes of what the start may throw. */
  @Nullable ClassLoader startLoader() {
    return startEffect.loader();
  }

  @Override
  public Shipped shipped() {
    return new Shipped(meter.count(), meter.bytes());
  }

  WorkerLimits limits() {
    return plan.limits();
  }

  @Override
  public ShippedFunction prepare(Mapper<Object, Object> mapper) {
    int depth = Depth.current();
    if (depth >= Depth.DEEPEST) {
      throw new NestedPoolException(
          "this JVM is a worker of depth "
              + depth
              + ": the program (depth 0) and its workers (depth 1) may start worker processes,"
              + " deeper ones may not. Use threads here");
    }
    if (depth > 0) {
      refuseInStaticInitializer();
    }
    ShippedFunction function = shipped(mapper, "mapper", plan.codec());
    if (function.bytes().length > LARGE_FUNCTION_BYTES) {
      LOG.warn(
          "the function of a call takes {} bytes with what it captures, and is sent to each worker;"
              + " large values are better read by the workers themselves, once, with a WorkerLocal",
          function.bytes().length);
    }
    return function;
  }

  /**
   * A class whose static initializer maps over processes is initialized in those, too, and each of
   * them would start processes of its own before it executes anything.
   */
  private static void refuseInStaticInitializer() {
    StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .filter(frame -> frame.getMethodName().equals("<clinit>"))
                    .map(StackWalker.StackFrame::getClassName)
                    .findFirst())
        .ifPresent(
            name -> {
              throw new NestedPoolException(
                  "the static initializer of "
                      + name
                      + " calls a process pool, and runs in a worker process, too: each worker"
                      + " would start workers of its own. Make the call outside of it, for example"
                      + " in main");
            });
  }

  @Override
  public ChunkExecutor<ShippedFunction> newExecutor(int slot, String laneName) {
    return new ProcessExecutor(this, slot, laneName);
  }

  @Override
  public boolean measuresChunks() {
    return ThreadTimes.areKnown();
  }

  @Override
  public long startNanos() {
    return startTime.nanos();
  }

  @Override
  public int workersAtHand() {
    return takesWarm ? WarmWorkers.OF_PROGRAM.count(plan.spec()) : 0;
  }

  @Override
  public boolean isBusy() {
    // One that has been hired counts as working until it has been told what it starts with.
    if (hires.get() > 0) {
      return true;
    }
    for (ChildJvm each : workers.keySet()) {
      if (each.isWorking()) {
        return true;
      }
    }
    return false;
  }

  /** A worker has become ready in that time. */
  void startTook(ChildJvm worker, long nanos) {
    // One that had booted before says nothing about boots.
    if (!worker.isWarm() && nanos >= worker.workload().bootNanos()) {
      startTime.took(nanos);
    }
  }

  @Override
  public void refuseToOpen() {
    refusing = true;
    launcher.refuse();
    starting.forEach(this::kill);
  }

  @Override
  public void terminate() {
    terminated = true;
    refuseToOpen();
    workers.forEach(ChildJvm::killFor);
  }

  private void kill(ChildJvm worker) {
    Employment here = workers.get(worker);
    if (here != null) {
      worker.killFor(here);
    }
  }

  /** Tells whether its pool needs no workers any more. */
  boolean isRefusing() {
    return refusing;
  }

  /** Gets a worker that has booted. */
  ChildJvm start(String name, int slot) {
    hires.incrementAndGet();
    WarmWorkers.OF_PROGRAM.used(plan.spec(), this);
    boolean got = false;
    try {
      ChildJvm worker = hire(name, slot);
      got = true;
      if (!worker.isWarm()) {
        // The pool that had a warm one before has told it.
        tellSize();
      }
      return worker;
    } finally {
      hires.decrementAndGet();
      if (!got) {
        WarmWorkers.OF_PROGRAM.unused(plan.spec(), this);
      }
    }
  }

  private ChildJvm hire(String name, int slot) {
    WorkerProcess started =
        plan.strategy().start(new Request(this, name, slot == plan.debugSlot()));
    // One of the user's shows by its first start what it does.
    takesWarm = hasAskedForWarm;
    if (!(started instanceof ChildJvm child)) {
      throw new IllegalStateException(
          name
              + ": "
              + plan.strategy()
              + " gave "
              + started
              + ", which does not come from WorkerSpec.launch() or takeWarm()");
    }
    Employment here =
        new Employment(
            new WorkerNames(name, plan.poolName()),
            endEffect.bytes(),
            plan.idleTimeout().toNanos(),
            plan.limits());
    if (!child.hire(here)) {
      throw new IllegalStateException(
          name + ": " + plan.strategy() + " gave " + child + ", which another pool has");
    }
    child.classes().countIn(meter);
    workers.put(child, here);
    if (terminated) {
      child.killFor(here);
    }
    return child;
  }

  /**
   * The first worker of this size says how large it is, and that it can be changed. To find out how
   * much memory there is takes a program some 20 ms the first time; a JVM boots meanwhile.
   */
  private void tellSize() {
    long memory = Memory.usable();
    Slice slice =
        Slice.of(plan.spec().options(), memory, Runtime.getRuntime().availableProcessors());
    String size =
        (plan.workers() == 1 ? "1 worker" : plan.workers() + " workers")
            + ", each with "
            + slice.describe(memory);
    if (SIZES_TOLD.add(size)) {
      LOG.info("{}: up to {}; maxHeap(...) and jvmArgs(...) change it", plan.poolName(), size);
    }
  }

  /** The worker begins to run what user code is to be done before its first task. */
  void beginStart(ChildJvm worker) {
    starting.add(worker);
    if (refusing) {
      kill(worker);
    }
  }

  void endStart(ChildJvm worker) {
    starting.remove(worker);
  }

  /** Gives a worker back, alive or dead. */
  void release(ChildJvm worker) {
    Employment here = workers.get(worker);
    if (here == null) {
      throw new IllegalStateException(worker + " has been released before");
    }
    try {
      plan.strategy().release(worker);
    } catch (RuntimeException | Error e) {
      LOG.warn("{}: {} failed to take it back, it is stopped", worker, plan.strategy(), e);
      if (worker.isHiredBy(here)) {
        worker.stop();
      }
    } finally {
      worker.dismiss(here);
      workers.remove(worker, here);
      WarmWorkers.OF_PROGRAM.unused(plan.spec(), this);
      BootArchive.makeWanted();
    }
  }

  /**
   * What one lane asks the start strategy for; equal if the launch specs are. A worker that a
   * debugger may be attached to is for its own pool alone.
   */
  private record Request(ProcessBackend backend, String name, boolean debugged)
      implements WorkerSpec {

    @Override
    public List<String> command() {
      return backend.command();
    }

    @Override
    public WorkerProcess launch() {
      return backend.launcher.launch(backend.plan.spec(), name, debugged, backend::tellSize);
    }

    @Override
    public @Nullable WorkerProcess takeWarm() {
      backend.hasAskedForWarm = true;
      while (!debugged) {
        ChildJvm warm = WarmWorkers.OF_PROGRAM.take(backend.plan.spec());
        if (warm == null || !warm.isWarm() || backend.plan.limits().exceededBy(warm) == null) {
          return warm;
        }
        WarmWorkers.OF_PROGRAM.letGo(warm);
      }
      return null;
    }

    @Override
    public void prepareSpares(int count) {
      if (!debugged) {
        WarmWorkers.OF_PROGRAM.prepare(backend.plan.spec(), name + "-spare", count);
      }
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Request that
          && backend.plan.spec().equals(that.backend.plan.spec())
          && debugged == that.debugged
          && (!debugged || backend == that.backend);
    }

    @Override
    public int hashCode() {
      return backend.plan.spec().hashCode();
    }
  }
}
