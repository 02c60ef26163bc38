package io.github.poolmap.internal.process;

import io.github.poolmap.WorkerCrashedException.Death;
import io.github.poolmap.WorkerCrashedException.Reason;
import io.github.poolmap.WorkerStartException;
import io.github.poolmap.internal.run.Descriptions;
import io.github.poolmap.internal.wire.Frame;
import io.github.poolmap.internal.wire.FrameType;
import io.github.poolmap.internal.wire.Packer;
import io.github.poolmap.internal.wire.Start;
import io.github.poolmap.internal.wire.Started;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Comes by the workers of one lane, each ready for its first chunk: got from the start strategy,
 * initialized, and its clock compared with that of this JVM.
 */
final class WorkerStarter {

  private static final Logger LOG = LoggerFactory.getLogger(WorkerStarter.class);

  /** Boots that an outside signal ended are tried again so often at once. */
  static final int SIGNALLED_BOOTS_ALLOWED = 20;

  /** The same for initializers, which may themselves be why the system ends the worker. */
  private static final int SIGNALLED_INITIALIZERS_ALLOWED = 5;

  private final ProcessBackend backend;
  private final int slot;
  private final String name;

  WorkerStarter(ProcessBackend backend, int slot, String name) {
    this.backend = backend;
    this.slot = slot;
    this.name = name;
  }

  /** Returns a worker that is ready. */
  ChildJvm start() throws WorkerStartException {
    for (int attempt = 1; ; attempt++) {
      long begun = System.nanoTime();
      try {
        ChildJvm started = backend.start(name, slot);
        boolean ready = false;
        try {
          initialize(started);
          ready = true;
        } finally {
          if (!ready) {
            started.taint("its start failed");
            backend.release(started);
          }
        }
        started.started();
        backend.startTook(started, System.nanoTime() - begun);
        return started;
      } catch (Launcher.BootException e) {
        if (!e.isByOutsideSignal() || attempt >= e.signalsAllowed() || ProgramEnd.isBySignal()) {
          throw e;
        }
        LOG.atLevel(ProgramEnd.levelOfLoss())
            .log("{}: killed while starting, by {}; trying again", name, e.signal());
      } catch (WarmDeathException e) {
        LOG.debug("{}: {}; trying again", name, e.getMessage());
      } catch (WorkerStartException e) {
        throw e;
      } catch (RuntimeException | Error e) {
        // A start strategy of the user's, or a system that grants no threads. It counts as a failed
        // start like any other, so that it is tried a few times and not for ever.
        throw new WorkerStartException(name + ": starting a worker failed: " + e, "", "", e);
      }
    }
  }

  /** Has the worker do what is to be done before its first task, and learns how its clock goes. */
  private void initialize(ChildJvm started) {
    boolean wasWarm = started.isWarm();
    backend.beginStart(started);
    Started answer = null;
    IOException violation = null;
    try {
      Packer start = Start.pack(slot, name, backend.codec(), backend.startEffect());
      long asked = System.nanoTime();
      started.data().write(FrameType.START, started.pid(), start);
      Frame frame = started.data().read();
      long arrived = System.nanoTime();
      if (frame != null) {
        answer = Started.read(frame.payload(), backend.startLoader());
        started.setClockOffset(WorkerClock.offset(asked, answer, arrived));
        started.setFindsValues(answer.findsValues());
        started.setTaskThread(answer.thread());
      }
    } catch (IOException e) {
      violation = e;
    } finally {
      backend.endStart(started);
    }
    if (answer == null) {
      throw diedInInitializer(started, wasWarm, violation);
    }
    Throwable failure = answer.failure();
    if (failure != null) {
      throw new WorkerStartException(
          started + ": the initializer failed: " + Descriptions.of(failure), "", "", failure);
    }
  }

  private RuntimeException diedInInitializer(
      ChildJvm started, boolean wasWarm, @Nullable IOException violation) {
    Crash crash = Autopsy.examine(started, slot + 1, violation);
    Death death = crash.death();
    String message = started + ": died in its initializer: " + crash.describe();
    if (wasWarm && !backend.isRefusing()) {
      // It may have been killed while it waited. There are but few, and a fresh one will show.
      return new WarmDeathException(message);
    }
    return new Launcher.BootException(
        message,
        String.join(" ", backend.command()),
        death.stderrTail(),
        death.reason() == Reason.SIGNAL ? death.exitStatus() : -1,
        SIGNALLED_INITIALIZERS_ALLOWED,
        crash.cause());
  }

  /** A worker that had been kept warm has died before it was ready. */
  private static final class WarmDeathException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    WarmDeathException(String message) {
      super(message);
    }
  }
}
