package io.github.poolmap.internal.worker;

import io.github.poolmap.internal.wire.ExitFile;
import io.github.poolmap.internal.wire.WorkerFolder;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A shutdown hook that leaves word of who called {@code System.exit}: nothing else would tell the
 * parent, which sees a status only, and that of {@code System.exit(137)} looks like a kill.
 *
 * <p>Hooks are started by the thread that ends the JVM. So it is that thread which comes by in
 * {@link #start}, be it virtual or not, and shows its stack without anybody having to look for it.
 * The file is written in {@link #run}: the exiting thread may be interrupted, which would close the
 * file under its hands.
 *
 * <p>A halt runs no hooks and leaves no word; nor does the worker's own goodbye.
 */
final class ExitNote extends Thread {

  private static final String SHUTDOWN = "java.lang.Shutdown";

  private final WorkerFolder folder;
  private @Nullable String caller;
  private StackTraceElement[] stack = {};

  private ExitNote(WorkerFolder folder) {
    super(null, null, "poolmap-exit-note", 0, false);
    this.folder = folder;
  }

  /** From now on an exit leaves word in the folder. */
  static void leaveIn(WorkerFolder folder) {
    try {
      Runtime.getRuntime().addShutdownHook(new ExitNote(folder));
    } catch (IllegalStateException e) {
      // The JVM is ending already, by a signal most likely.
      System.err.println("poolmap: worker ends while it boots: " + e.getMessage());
    }
  }

  @Override
  public synchronized void start() {
    StackTraceElement[] whole = new Throwable().getStackTrace();
    int first = whole.length;
    while (first > 0 && !whole[first - 1].getClassName().equals(SHUTDOWN)) {
      first--;
    }
    // No frames behind it: the last thread of the program has ended, which is nobody's call.
    if (first > 0 && first < whole.length && !isOwn(whole, first)) {
      stack = Arrays.copyOfRange(whole, first, whole.length);
      caller = Thread.currentThread().getName();
    }
    super.start();
  }

  /** Runtime.exit is called by System.exit or directly; then comes who wanted it. */
  private static boolean isOwn(StackTraceElement[] whole, int first) {
    for (int i = first; i < whole.length; i++) {
      String name = whole[i].getClassName();
      if (!name.equals("java.lang.Runtime") && !name.equals("java.lang.System")) {
        return name.equals(ParentWatch.class.getName());
      }
    }
    return false;
  }

  @Override
  public void run() {
    if (caller == null) {
      return;
    }
    try {
      ExitFile.write(folder, caller, stack);
    } catch (NoSuchFileException gone) {
      // The parent has deleted the folder: it is not going to ask.
      return;
    } catch (IOException | RuntimeException e) {
      System.err.println("poolmap: who ends this worker cannot be kept: " + e);
    }
  }
}
