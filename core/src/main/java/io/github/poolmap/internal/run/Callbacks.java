package io.github.poolmap.internal.run;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads on which futures complete, and with them what depends on them. As many as need be, so
 * that a callback that blocks holds up no other; they end when idle.
 */
final class Callbacks {

  static final Executor EXECUTOR =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          100,
          TimeUnit.MILLISECONDS,
          new SynchronousQueue<>(),
          action -> new ServiceThread(action, "poolmap-callbacks"));

  private Callbacks() {}
}
