package io.github.poolmap.internal.run;

import java.lang.StackWalker.StackFrame;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pools that have not been closed. For one that nobody can close any more, because it was dropped,
 * a warning says where it was opened. It comes with the next call or pool, or when a worker of that
 * pool ends, which it does after its idle time: no thread waits for it.
 */
public final class OpenPools {

  private static final Logger LOG = LoggerFactory.getLogger(OpenPools.class);

  private static final ReferenceQueue<Life> QUEUE = new ReferenceQueue<>();
  private static final Set<Watch> OPEN = ConcurrentHashMap.newKeySet();

  /** So many are named when the program ends. */
  private static final int NAMED = 5;

  private static final String API = "io.github.poolmap.";
  private static final String INTERNAL = API + "internal.";

  /** Classes whose methods open pools, in the package of the API. */
  private static final Set<String> DOORS =
      Set.of("Pools", "SerialPool", "ThreadPool", "ProcessPool", "PoolBuilder", "EnginePool");

  private OpenPools() {}

  /** A pool that is open. */
  static final class Watch extends PhantomReference<Life> {

    private final Calls calls;
    private final @Nullable StackTraceElement site;

    private Watch(Life life, @Nullable StackTraceElement site) {
      super(life, QUEUE);
      this.calls = life.calls();
      this.site = site;
    }

    /** It is being closed. */
    void cancel() {
      OPEN.remove(this);
      clear();
    }

    /** One that was never used has left nothing. */
    private boolean isOfInterest() {
      return calls.wasUsed();
    }

    @Override
    public String toString() {
      return calls.name() + ", opened at " + (site == null ? "an unknown place" : site);
    }
  }

  /** Watches a pool that the calling thread has opened. */
  static Watch watch(Life life) {
    sweep();
    Watch watch = new Watch(life, site());
    OPEN.add(watch);
    return watch;
  }

  /** Where the library was called. */
  private static @Nullable StackTraceElement site() {
    return StackWalker.getInstance()
        .walk(frames -> frames.filter(frame -> !isOurs(frame)).findFirst())
        .map(StackFrame::toStackTraceElement)
        .orElse(null);
  }

  private static boolean isOurs(StackFrame frame) {
    String name = frame.getClassName();
    if (!name.startsWith(API) || name.startsWith(INTERNAL)) {
      return name.startsWith(INTERNAL);
    }
    int nested = name.indexOf('$');
    return DOORS.contains(name.substring(API.length(), nested < 0 ? name.length() : nested));
  }

  /** Tells of those that have been dropped. */
  static void sweep() {
    Reference<?> gone;
    while ((gone = QUEUE.poll()) != null) {
      Watch watch = (Watch) gone;
      if (OPEN.remove(watch) && watch.isOfInterest()) {
        LOG.warn(
            "{}, was never closed, and nobody can do it any more; its workers end when they have"
                + " been idle for some time",
            watch);
      }
    }
  }

  /** Tells of all that are open: the program ends. */
  public static void tellAtTheEnd() {
    List<String> open =
        OPEN.stream().filter(Watch::isOfInterest).map(Watch::toString).sorted().toList();
    if (!open.isEmpty()) {
      LOG.warn(
          "the program ends with {} open, which should have been closed: {}",
          open.size() == 1 ? "a pool" : open.size() + " pools",
          open.stream().limit(NAMED).collect(Collectors.joining("; ")));
    }
  }
}
