package io.github.poolmap.internal.worker;

import java.io.InputStream;
import java.io.PrintStream;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.ResponseCache;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What tasks may change in this JVM for those that come after them, as it was before the first one;
 * tells whether the tasks of a pool have put everything back.
 *
 * <p>Not looked at, because it cannot be seen or is meant to stay: statics of classes, native
 * libraries, shutdown hooks, handlers of signals.
 */
final class JvmState {

  /** The library's own threads, so that they can be told from those that tasks have started. */
  static final ThreadGroup OWN_THREADS = new ThreadGroup("poolmap-worker");

  /** How often it is looked whether it has. */
  private static final long LOOK_MILLIS = 5;

  /** What a task has just told to end may take so long to do so. */
  private static final long THREAD_MILLIS = 100;

  /** Threads that classes of the JDK start once and keep, beside those of the system's group. */
  private static final Set<String> THREADS_OF_THE_JDK =
      Set.of("DestroyJavaVM", "Cleaner-0", "Keep-Alive-Timer");

  /** The threads that wait for delayed tasks, of JDK 17 to 24 and of later ones. */
  private static final Set<String> DELAYS = Set.of("CompletableFutureDelayScheduler");

  private static final String DELAYS_SUFFIX = "-delayScheduler";

  private static final String COMMON_POOL = "ForkJoinPool.commonPool-worker-";

  /** The JDK sets it by itself, to the default zone, when it is first asked for that. */
  private static final String TIME_ZONE = "user.timezone";

  private final Properties properties = (Properties) System.getProperties().clone();
  private final Locale locale = Locale.getDefault();
  private final Locale display = Locale.getDefault(Locale.Category.DISPLAY);
  private final Locale format = Locale.getDefault(Locale.Category.FORMAT);
  private final InputStream in = System.in;
  private final PrintStream out = System.out;
  private final PrintStream err = System.err;
  private final Thread.@Nullable UncaughtExceptionHandler handler =
      Thread.getDefaultUncaughtExceptionHandler();

  private JvmState() {}

  /** Takes down how things are. */
  static JvmState now() {
    return new JvmState();
  }

  /** Says what is not as it was; empty if everything is. */
  String whatHasChanged() {
    String child = childProcess();
    if (!child.isEmpty()) {
      return child;
    }
    String settings = settings();
    if (!settings.isEmpty()) {
      return settings;
    }
    String thread = threadLeftOver();
    return thread.isEmpty() ? heap() : thread;
  }

  private String settings() {
    if (System.in != in || System.out != out || System.err != err) {
      return "a standard stream is another one";
    }
    if (Thread.getDefaultUncaughtExceptionHandler() != handler) {
      return "the default handler of uncaught exceptions is another one";
    }
    if (CookieHandler.getDefault() != null
        || ResponseCache.getDefault() != null
        || Authenticator.getDefault() != null
        || !isOfTheJdk(ProxySelector.getDefault())) {
      return "there is a default handler of cookies, responses, authentication or proxies";
    }
    if (!Locale.getDefault().equals(locale)
        || !Locale.getDefault(Locale.Category.DISPLAY).equals(display)
        || !Locale.getDefault(Locale.Category.FORMAT).equals(format)) {
      return "the default locale is another one";
    }
    TimeZone zone = TimeZone.getDefault();
    // Derived anew from what the system says.
    TimeZone.setDefault(null);
    TimeZone ofSystem = TimeZone.getDefault();
    if (!zone.equals(ofSystem)) {
      return "the default time zone is another one";
    }
    return properties(ofSystem);
  }

  private static boolean isOfTheJdk(@Nullable Object object) {
    return object != null && object.getClass().getName().startsWith("sun.");
  }

  private String properties(TimeZone zone) {
    Properties now = (Properties) System.getProperties().clone();
    String own = properties.getProperty(TIME_ZONE);
    if ((own == null || own.isEmpty()) && zone.getID().equals(now.getProperty(TIME_ZONE))) {
      now.remove(TIME_ZONE);
      if (own != null) {
        now.put(TIME_ZONE, own);
      }
    }
    if (now.equals(properties)) {
      return "";
    }
    for (Object key : now.keySet()) {
      if (!now.get(key).equals(properties.get(key))) {
        return "the system property " + key + " is another one";
      }
    }
    return "a system property is gone";
  }

  private static String childProcess() {
    ProcessHandle child = ProcessHandle.current().children().findFirst().orElse(null);
    return child == null ? "" : "a child process is left over, pid " + child.pid();
  }

  private static String threadLeftOver() {
    long deadline = System.nanoTime() + THREAD_MILLIS * 1_000_000;
    Thread left;
    while ((left = firstLeftOver()) != null) {
      long millis = (deadline - System.nanoTime()) / 1_000_000;
      if (millis <= 0) {
        return "thread " + left.getName() + " is left over";
      }
      try {
        // What it waits for may change without its end.
        left.join(Math.min(millis, LOOK_MILLIS));
      } catch (InterruptedException e) {
        return "the thread of the tasks was interrupted";
      }
    }
    return "";
  }

  private static @Nullable Thread firstLeftOver() {
    ThreadGroup root = OWN_THREADS;
    while (root.getParent() != null) {
      root = root.getParent();
    }
    Thread[] all = new Thread[root.activeCount() + 64];
    int count = root.enumerate(all, true);
    for (int i = 0; i < count; i++) {
      if (isOfATask(all[i], root)) {
        return all[i];
      }
    }
    return null;
  }

  private static boolean isOfATask(Thread thread, ThreadGroup system) {
    String name = thread.getName();
    if (isOfVirtualThreads(name)) {
      // They are seen nowhere else, and one that waits for something may do so for ever.
      return true;
    }
    ThreadGroup group = thread.getThreadGroup();
    if (thread == Thread.currentThread()
        || group == null
        || group == system
        || group == OWN_THREADS
        || group.getName().equals("InnocuousThreadGroup")
        || THREADS_OF_THE_JDK.contains(name)) {
      return false;
    }
    if (DELAYS.contains(name) || name.endsWith(DELAYS_SUFFIX)) {
      // It waits for a time only if there is something to do then, or was and has been cancelled.
      if (thread.getState() != Thread.State.WAITING) {
        lookAgain();
      }
      return thread.getState() != Thread.State.WAITING;
    }
    return !name.startsWith(COMMON_POOL) || isAtWork(thread);
  }

  /** Has the thread of delayed tasks find out what there still is to be done. */
  private static void lookAgain() {
    Executor there = Runnable::run;
    CompletableFuture.delayedExecutor(0, TimeUnit.NANOSECONDS, there).execute(() -> {});
  }

  /** Threads of the JDK that there are only where there have been virtual ones. */
  private static boolean isOfVirtualThreads(String name) {
    return name.startsWith("VirtualThread-") || name.endsWith("-Poller");
  }

  /** A worker of the common pool stays for a while after its last task, waiting for another one. */
  private static boolean isAtWork(Thread worker) {
    for (StackTraceElement frame : worker.getStackTrace()) {
      String type = frame.getClassName();
      if (type.equals("java.util.concurrent.ForkJoinPool")) {
        return !frame.getMethodName().equals("awaitWork");
      }
      if (!type.endsWith(".Unsafe") && !type.equals("java.util.concurrent.locks.LockSupport")) {
        return true;
      }
    }
    return worker.isAlive();
  }

  /** What is in use after a collection would be missing to the next pool. */
  private static String heap() {
    Runtime runtime = Runtime.getRuntime();
    long allowed = runtime.maxMemory() / 4;
    if (used(runtime) > allowed) {
      System.gc();
    }
    long used = used(runtime);
    return used <= allowed
        ? ""
        : used + " of " + runtime.maxMemory() + " bytes of the heap are in use";
  }

  private static long used(Runtime runtime) {
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
