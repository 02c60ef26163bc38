package io.github.poolmap.internal.observe;

import io.github.poolmap.ProgressListener;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the progress of calls that have a label: each by a bar, if there are a terminal and the
 * library that draws bars, else by lines in the log. Used by one thread.
 */
public final class ProgressReport implements ProgressListener {

  private static final Logger LOG = LoggerFactory.getLogger("io.github.poolmap.progress");

  private static final ProgressListener OF_PROGRAM =
      new ProgressReport(Terminal::screen, ProgressReport::hasLibrary, LOG);

  private final Supplier<@Nullable Screen> terminal;
  private final Supplier<Boolean> library;
  private final Logger log;
  private final Map<Call, View> views = new IdentityHashMap<>();
  private @Nullable Function<Progress, View> kind;

  /** What shows one call. */
  interface View {

    void show(Progress now);

    void end(Progress last, @Nullable Throwable failure);
  }

  /**
   * Makes a report.
   *
   * @param terminal gives the screen of the terminal, null if there is none; asked once
   * @param library tells whether there is what draws bars; asked once, and only with a terminal
   */
  ProgressReport(Supplier<@Nullable Screen> terminal, Supplier<Boolean> library, Logger log) {
    this.terminal = terminal;
    this.library = library;
    this.log = log;
  }

  /** Returns the one of this program. */
  public static ProgressListener ofProgram() {
    return OF_PROGRAM;
  }

  /**
   * Tells whether the library is there, with what it depends on itself. Asked here by names: the
   * class that uses it cannot be loaded without.
   */
  static boolean hasLibrary() {
    ClassLoader loader = ProgressReport.class.getClassLoader();
    try {
      Class.forName("me.tongfei.progressbar.ProgressBar", false, loader);
      Class.forName("org.jline.utils.WCWidth", false, loader);
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  @Override
  public void started(Progress first) {
    views.put(first.call(), newView(first));
  }

  private View newView(Progress first) {
    if (kind == null) {
      kind = kind();
    }
    try {
      return kind.apply(first);
    } catch (LinkageError e) {
      log.info("progress is logged: me.tongfei:progressbar is of a version that is not known", e);
      kind = now -> new ProgressLines(log);
      return kind.apply(first);
    }
  }

  private Function<Progress, View> kind() {
    Screen screen = terminal.get();
    if (screen == null) {
      return first -> new ProgressLines(log);
    }
    if (!library.get()) {
      log.info("progress is logged: bars need the dependency me.tongfei:progressbar");
      return first -> new ProgressLines(log);
    }
    return first -> new LibraryBar(screen, first);
  }

  @Override
  public void progressed(Progress now) {
    View view = views.get(now.call());
    if (view != null) {
      view.show(now);
    }
  }

  @Override
  public void ended(Progress last, @Nullable Throwable failure) {
    View view = views.remove(last.call());
    if (view != null) {
      view.end(last, failure);
    }
  }
}
