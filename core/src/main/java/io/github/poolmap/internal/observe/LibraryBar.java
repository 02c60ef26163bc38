package io.github.poolmap.internal.observe;

import io.github.poolmap.ProgressListener.Progress;
import java.util.StringJoiner;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * A bar of the library me.tongfei:progressbar, which need not be there: the only class that uses
 * it. The library makes the line and the {@link Screen} puts it where it belongs; the library's own
 * ways to the terminal load native code, and know nothing of what else is printed.
 */
final class LibraryBar implements ProgressReport.View {

  /** A longer label leaves no room for the bar. */
  private static final int LABEL_SHARE = 3;

  /** Behind a label that has been cut. */
  private static final String DOTS = "...";

  /** The first letter of Korean. */
  private static final int FIRST_WIDE = 0x1100;

  private final Screen screen;
  private final boolean staysInTheEnd;
  private final ProgressBar bar;
  private volatile String line = "";

  LibraryBar(Screen screen, Progress first) {
    this.screen = screen;
    this.staysInTheEnd = !first.call().nested();
    this.bar =
        new ProgressBarBuilder()
            .setTaskName(fitting(first.call().label(), screen.width() / LABEL_SHARE))
            .setInitialMax(first.total().orElse(-1))
            .setStyle(
                screen.canShow("█▏▉") ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
            .hideEta()
            // It is told when to draw.
            .setUpdateIntervalMillis(Integer.MAX_VALUE)
            .continuousUpdate()
            .setConsumer(new ToLine())
            .build();
    show(first);
  }

  /** The label, or as much of it as so many columns hold. */
  private static String fitting(String label, int columns) {
    if (label.codePoints().map(LibraryBar::columns).sum() <= columns) {
      return label;
    }
    int taken = 0;
    int end = 0;
    do {
      taken += columns(label.codePointAt(end));
      end = label.offsetByCodePoints(end, 1);
    } while (end < label.length()
        && taken + columns(label.codePointAt(end)) <= columns - DOTS.length());
    return label.substring(0, end) + DOTS;
  }

  /** At most: nothing before the letters of Korean is wide, and many signs behind them are. */
  private static int columns(int codePoint) {
    return codePoint < FIRST_WIDE ? 1 : 2;
  }

  /** Keeps what the library has drawn. */
  private final class ToLine implements ProgressBarConsumer {

    @Override
    public int getMaxRenderedLength() {
      return screen.width();
    }

    @Override
    public void accept(String rendered) {
      line = rendered;
    }

    @Override
    public void close() {}
  }

  @Override
  public void show(Progress now) {
    draw(now, ProgressText.eta(now));
    screen.show(this, line);
  }

  @Override
  public void end(Progress last, @Nullable Throwable failure) {
    Progress shown = ProgressText.inTheEnd(last, failure);
    String end = ProgressText.end(last, failure);
    draw(shown, end.equals("done") ? "" : end);
    String remains = line;
    bar.close();
    screen.end(this, staysInTheEnd ? remains : null);
  }

  private void draw(Progress state, String end) {
    bar.stepTo(state.done());
    bar.maxHint(state.total().orElse(-1));
    StringJoiner rest = new StringJoiner(", ");
    for (String each : new String[] {ProgressText.rate(state), ProgressText.failed(state), end}) {
      if (!each.isEmpty()) {
        rest.add(each);
      }
    }
    bar.setExtraMessage(rest.toString());
    bar.refresh();
  }
}
