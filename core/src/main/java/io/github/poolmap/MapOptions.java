package io.github.poolmap;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How a call is carried out: immutable, each method returns a changed copy.
 *
 * <p>Given to a pool's builder they hold for all its calls, given to {@link Pool#with} for the
 * calls of that view. Safe for use by many threads.
 */
public final class MapOptions {

  /**
   * For {@link #retryOn}: try again only if the worker process of the item died. What a function
   * throws is then final.
   */
  public static final Predicate<Throwable> CRASHES_ONLY =
      failure -> failure instanceof WorkerCrashedException;

  private static final Predicate<Throwable> EVERY_FAILURE = failure -> true;

  private static final Duration LONGEST = Duration.ofDays(365);
  private static final Duration LONGEST_GRACE = Duration.ofDays(1);
  private static final Duration LONGEST_BACKOFF = Duration.ofDays(1);

  /** The largest chunk that a pool hands over at once. */
  static final int MAX_CHUNK_SIZE = 1 << 20;

  private static final int MOST_RETRIES = 1_000;

  private static final int LONGEST_LABEL = 100;

  private static final MapOptions DEFAULTS = new MapOptions(new Draft());

  /** The options while they are being changed: the one list of defaults. */
  private static final class Draft {

    /** 0 stands for "adaptive", here and for the next two. */
    int chunkSize;

    int maxInFlight;
    long maxBytesInFlight;
    @Nullable Duration taskTimeout;
    @Nullable Duration callTimeout;
    Duration gracePeriod = Duration.ofSeconds(1);
    int retries;
    Predicate<? super Throwable> retryOn = EVERY_FAILURE;
    Duration retryBackoff = Duration.ZERO;
    @Nullable String progressLabel;
    @Nullable ProgressListener progressListener;

    Draft() {}

    Draft(MapOptions from) {
      chunkSize = from.chunkSize;
      maxInFlight = from.maxInFlight;
      maxBytesInFlight = from.maxBytesInFlight;
      taskTimeout = from.taskTimeout;
      callTimeout = from.callTimeout;
      gracePeriod = from.gracePeriod;
      retries = from.retries;
      retryOn = from.retryOn;
      retryBackoff = from.retryBackoff;
      progressLabel = from.progressLabel;
      progressListener = from.progressListener;
    }
  }

  private final int chunkSize;
  private final int maxInFlight;
  private final long maxBytesInFlight;
  private final @Nullable Duration taskTimeout;
  private final @Nullable Duration callTimeout;
  private final Duration gracePeriod;
  private final int retries;
  private final Predicate<? super Throwable> retryOn;
  private final Duration retryBackoff;
  private final @Nullable String progressLabel;
  private final @Nullable ProgressListener progressListener;

  private MapOptions(Draft draft) {
    chunkSize = draft.chunkSize;
    maxInFlight = draft.maxInFlight;
    maxBytesInFlight = draft.maxBytesInFlight;
    taskTimeout = draft.taskTimeout;
    callTimeout = draft.callTimeout;
    gracePeriod = draft.gracePeriod;
    retries = draft.retries;
    retryOn = draft.retryOn;
    retryBackoff = draft.retryBackoff;
    progressLabel = draft.progressLabel;
    progressListener = draft.progressListener;
  }

  /**
   * Returns the options that a pool has when nothing else is said.
   *
   * @return adaptive chunks and windows, no time limits, a grace period of one second, no retries
   */
  public static MapOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Sets how many consecutive items a worker is handed at a time.
   *
   * <p>By default the size adapts to the time that the items take, afresh in each call, which is
   * right for nearly every work. Large chunks save hand-overs, at the price of an uneven end: the
   * worker that holds the last chunk keeps the others waiting.
   *
   * <p>The items of a chunk are executed one after the other. So a call whose items wait for one
   * another needs chunks of one item.
   *
   * @param items 1 to 1,048,576; more than there are inputs means all of them in one chunk
   * @return the changed copy
   * @throws IllegalArgumentException if it is out of that range
   */
  public MapOptions chunkSize(int items) {
    if (items < 1 || items > MAX_CHUNK_SIZE) {
      throw outOfRange("chunkSize", items, "1 to " + MAX_CHUNK_SIZE);
    }
    Draft draft = new Draft(this);
    draft.chunkSize = items;
    return new MapOptions(draft);
  }

  /**
   * Sets how long an item may take, from its start in the worker; waiting for a worker does not
   * count.
   *
   * <p>An item whose time is over is interrupted. If it does not heed that within the {@linkplain
   * #gracePeriod grace period}, its worker process is killed with the processes that it started; a
   * thread is left behind and replaced; a {@link SerialPool} can do nothing more than interrupt.
   * The item fails with {@link TaskTimeoutException}; other items are not harmed. A result that is
   * there in time is kept. By default there is no limit.
   *
   * <p>Time is looked at no more often than once a millisecond. In a worker process the clock
   * starts anew when the input has been read, which may load many classes in a fresh JVM; that may
   * take 10 seconds beyond the limit before it counts as stuck.
   *
   * @param limit more than zero, at most 365 days
   * @return the changed copy
   * @throws IllegalArgumentException if it is out of that range
   */
  public MapOptions taskTimeout(Duration limit) {
    Draft draft = new Draft(this);
    draft.taskTimeout = checkTimeout("taskTimeout", limit);
    return new MapOptions(draft);
  }

  /**
   * Sets how long a whole call may take, for a lazy call from its terminal operation on.
   *
   * <p>When its time is over its items are stopped and it throws {@link CallTimeoutException}; of
   * {@code mapOutcomes} and {@code imapOutcomes} each item that has not ended gets that as its
   * failure instead. A thread that reads the input at that moment is interrupted. By default there
   * is no limit.
   *
   * @param limit more than zero, at most 365 days
   * @return the changed copy
   * @throws IllegalArgumentException if it is out of that range
   */
  public MapOptions callTimeout(Duration limit) {
    Draft draft = new Draft(this);
    draft.callTimeout = checkTimeout("callTimeout", limit);
    return new MapOptions(draft);
  }

  /**
   * Sets how long items that have to stop may take to heed their interrupt.
   *
   * <p>After it a worker process is killed; a thread is left behind and replaced. The default is
   * one second.
   *
   * @param grace zero or more, at most one day
   * @return the changed copy
   * @throws IllegalArgumentException if it is out of that range
   */
  public MapOptions gracePeriod(Duration grace) {
    requireNonNull(grace, "gracePeriod");
    if (grace.isNegative() || grace.compareTo(LONGEST_GRACE) > 0) {
      throw outOfRange("gracePeriod", grace, "PT0S to " + LONGEST_GRACE);
    }
    Draft draft = new Draft(this);
    draft.gracePeriod = grace;
    return new MapOptions(draft);
  }

  /**
   * Sets how often an item that failed is tried again.
   *
   * <p>With 0, the default, no item is ever started twice, whatever happens. With n an item may run
   * up to 1 + n times, so its work should be such that doing it again does no harm. A failed
   * attempt stops nothing; only the failure of the last one counts. Items that the stop of their
   * call ended, and items that never started, are not tried again.
   *
   * @param times 0 to 1,000
   * @return the changed copy
   * @throws IllegalArgumentException if it is out of that range
   */
  public MapOptions retries(int times) {
    if (times < 0 || times > MOST_RETRIES) {
      throw outOfRange("retries", times, "0 to " + MOST_RETRIES);
    }
    Draft draft = new Draft(this);
    draft.retries = times;
    return new MapOptions(draft);
  }

  /**
   * Sets which failures are worth another attempt, while there are {@link #retries}. The default is
   * every failure; {@link #CRASHES_ONLY} is a preset.
   *
   * <p>The predicate is given what the function threw, or the {@link WorkerCrashedException} or
   * {@link TaskTimeoutException} of an attempt that did not come to its end, or the {@link
   * NotSerializableTaskException} of one whose input or result could not be sent. It runs in this
   * JVM, in a thread of the item's worker, by many threads at once. If it throws, the failure is
   * final and has that exception as a suppressed one.
   *
   * @param failures tells whether to try again
   * @return the changed copy
   */
  public MapOptions retryOn(Predicate<? super Throwable> failures) {
    Draft draft = new Draft(this);
    draft.retryOn = requireNonNull(failures, "retryOn");
    return new MapOptions(draft);
  }

  /**
   * Sets how long to wait before the first retry of an item; each further one waits twice as long
   * as the one before, up to one day. No worker is held meanwhile. The default is not to wait.
   *
   * @param delay zero or more, at most one day
   * @return the changed copy
   * @throws IllegalArgumentException if it is out of that range
   */
  public MapOptions retryBackoff(Duration delay) {
    requireNonNull(delay, "retryBackoff");
    if (delay.isNegative() || delay.compareTo(LONGEST_BACKOFF) > 0) {
      throw outOfRange("retryBackoff", delay, "PT0S to " + LONGEST_BACKOFF);
    }
    Draft draft = new Draft(this);
    draft.retryBackoff = delay;
    return new MapOptions(draft);
  }

  /**
   * Sets how many items of a call are under way at most.
   *
   * <p>For lazy calls those are the items read from the input and not yet yielded by the stream, so
   * it bounds the memory that a call needs even if the first item is the slow one. For other calls
   * those are the items that workers have been given and that have not ended, also while they wait
   * for another attempt; so it bounds how many workers a call keeps busy. The default is four
   * chunks for each worker in lazy calls, and no bound in others. No chunk is larger than this.
   *
   * @param items 1 or more
   * @return the changed copy
   * @throws IllegalArgumentException if it is less than 1
   */
  public MapOptions maxInFlight(int items) {
    if (items < 1) {
      throw outOfRange("maxInFlight", items, "1 and more");
    }
    Draft draft = new Draft(this);
    draft.maxInFlight = items;
    return new MapOptions(draft);
  }

  /**
   * Sets how many bytes of serialized inputs, and in lazy calls of results that the stream has not
   * yielded yet, a call holds at most. Only for process pools: elsewhere nothing is serialized, so
   * the size of an object is not known.
   *
   * <p>What is not known beforehand cannot be bounded exactly: the size of an item is known when it
   * has been serialized, so each worker may go beyond by one item, however large, and by the
   * results of the chunk that it has.
   *
   * @param bytes 1 or more
   * @return the changed copy
   * @throws IllegalArgumentException if it is less than 1
   */
  public MapOptions maxBytesInFlight(long bytes) {
    if (bytes < 1) {
      throw outOfRange("maxBytesInFlight", bytes, "1 and more");
    }
    Draft draft = new Draft(this);
    draft.maxBytesInFlight = bytes;
    return new MapOptions(draft);
  }

  /**
   * Shows how far each call comes, under this label: by a live bar with rate and estimated time
   * left if standard error is a terminal, else by lines in the log.
   *
   * <p>Bars take the optional dependency {@code me.tongfei:progressbar}, and standard error, which
   * is where they are drawn; where standard output and standard input lead does not matter. On Unix
   * standard error counts as a terminal if it is one by itself, whatever stands in place of {@link
   * System#err}, and if the environment variable {@code TERM} is set and not {@code dumb}; on
   * Windows if the program has a console and {@code TERM} or {@code WT_SESSION} is set. Calls at
   * the same time have a line each, below each other; the bar of a call that a task makes goes away
   * when that has ended. While bars are live, {@code System.out} and {@code System.err} are wrapped
   * so that what the program and its workers print gets above them, in whole lines.
   *
   * <p>Without terminal or dependency the log gets lines at level INFO, of the logger {@code
   * io.github.poolmap.progress}: none for calls that take less than two seconds, else a first one
   * after two seconds, further ones every ten seconds, later less often, and one at the end. There
   * are no control characters in them. Calls made in worker processes are always told like that.
   *
   * <p>A call that fails, is cancelled or runs out of time does not end at 100 %, and its last line
   * says why. That line is there when a blocking call returns, a future is completed, or a stream
   * has been read to its end; a call waits up to a second for it if it has to.
   *
   * @param label 1 to 100 characters, no control characters
   * @return the changed copy
   * @throws IllegalArgumentException if it is something else
   */
  public MapOptions progress(String label) {
    requireNonNull(label, "progress");
    if (label.isBlank()
        || label.length() > LONGEST_LABEL
        || label.chars().anyMatch(Character::isISOControl)) {
      throw outOfRange(
          "progress", "\"" + label + "\"", "1 to 100 characters, no control characters");
    }
    Draft draft = new Draft(this);
    draft.progressLabel = label;
    return new MapOptions(draft);
  }

  /**
   * Sets who hears how far each call has come, in a thread of its own. A label may be set as well.
   *
   * @param listener hears of it
   * @return the changed copy
   */
  public MapOptions progress(ProgressListener listener) {
    Draft draft = new Draft(this);
    draft.progressListener = requireNonNull(listener, "progress");
    return new MapOptions(draft);
  }

  private static Duration checkTimeout(String option, Duration limit) {
    requireNonNull(limit, option);
    if (limit.isNegative() || limit.isZero() || limit.compareTo(LONGEST) > 0) {
      throw outOfRange(option, limit, "more than zero, up to " + LONGEST);
    }
    return limit;
  }

  private static IllegalArgumentException outOfRange(String option, Object value, String allowed) {
    return new IllegalArgumentException(
        option + " = " + value + " is out of range: allowed are " + allowed);
  }

  /** Returns the options that mean something where nothing is serialized. */
  MapOptions withoutBytes() {
    Draft draft = new Draft(this);
    draft.maxBytesInFlight = 0;
    return new MapOptions(draft);
  }

  /** Checks that workers of this kind know what to do with the options. */
  MapOptions checkedFor(PoolKind kind) {
    if (maxBytesInFlight > 0 && kind != PoolKind.PROCESSES) {
      throw new IllegalArgumentException(
          "maxBytesInFlight = "
              + maxBytesInFlight
              + " is not allowed for "
              + kind
              + ": only process pools serialize, elsewhere the size of an item is not known; use"
              + " maxInFlight");
    }
    return this;
  }

  /**
   * Returns the fixed chunk size.
   *
   * @return the number of items, or empty if chunks adapt
   */
  public OptionalInt chunkSize() {
    return chunkSize == 0 ? OptionalInt.empty() : OptionalInt.of(chunkSize);
  }

  /**
   * Returns the time limit of an item.
   *
   * @return the limit, or empty if there is none
   */
  public Optional<Duration> taskTimeout() {
    return Optional.ofNullable(taskTimeout);
  }

  /**
   * Returns the time limit of a call.
   *
   * @return the limit, or empty if there is none
   */
  public Optional<Duration> callTimeout() {
    return Optional.ofNullable(callTimeout);
  }

  /**
   * Returns the grace period.
   *
   * @return zero or more
   */
  public Duration gracePeriod() {
    return gracePeriod;
  }

  /**
   * Returns how often a failed item is tried again.
   *
   * @return zero or more
   */
  public int retries() {
    return retries;
  }

  /**
   * Returns which failures are worth another attempt.
   *
   * @return the predicate
   */
  public Predicate<? super Throwable> retryOn() {
    return retryOn;
  }

  /**
   * Returns how long to wait before the first retry.
   *
   * @return zero or more
   */
  public Duration retryBackoff() {
    return retryBackoff;
  }

  /**
   * Returns how many items are under way at most.
   *
   * @return the number, or empty for the default
   */
  public OptionalInt maxInFlight() {
    return maxInFlight == 0 ? OptionalInt.empty() : OptionalInt.of(maxInFlight);
  }

  /**
   * Returns how many serialized bytes a call holds at most.
   *
   * @return the number, or empty if there is no bound
   */
  public OptionalLong maxBytesInFlight() {
    return maxBytesInFlight == 0 ? OptionalLong.empty() : OptionalLong.of(maxBytesInFlight);
  }

  /**
   * Returns the label under which progress is shown.
   *
   * @return the label, or empty if it is not shown
   */
  public Optional<String> progressLabel() {
    return Optional.ofNullable(progressLabel);
  }

  /**
   * Returns who hears of the progress of calls.
   *
   * @return the listener, or empty if there is none
   */
  public Optional<ProgressListener> progressListener() {
    return Optional.ofNullable(progressListener);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MapOptions that
        && chunkSize == that.chunkSize
        && maxInFlight == that.maxInFlight
        && maxBytesInFlight == that.maxBytesInFlight
        && taskTimeout().equals(that.taskTimeout())
        && callTimeout().equals(that.callTimeout())
        && gracePeriod.equals(that.gracePeriod)
        && retries == that.retries
        && retryOn.equals(that.retryOn)
        && retryBackoff.equals(that.retryBackoff)
        && progressLabel().equals(that.progressLabel())
        && progressListener().equals(that.progressListener());
  }

  @Override
  public int hashCode() {
    return 31 * chunkSize + 17 * maxInFlight + 7 * retries + gracePeriod.hashCode();
  }

  @Override
  public String toString() {
    return "MapOptions[chunkSize="
        + (chunkSize == 0 ? "adaptive" : Integer.toString(chunkSize))
        + ", maxInFlight="
        + (maxInFlight == 0 ? "default" : Integer.toString(maxInFlight))
        + ", maxBytesInFlight="
        + (maxBytesInFlight == 0 ? "none" : Long.toString(maxBytesInFlight))
        + ", taskTimeout="
        + (taskTimeout == null ? "none" : taskTimeout)
        + ", callTimeout="
        + (callTimeout == null ? "none" : callTimeout)
        + ", gracePeriod="
        + gracePeriod
        + ", retries="
        + retries
        + ", retryOn="
        + (retryOn == EVERY_FAILURE ? "every failure" : retryOn == CRASHES_ONLY ? "crashes" : "own")
        + ", retryBackoff="
        + retryBackoff
        + ", progress="
        + (progressLabel == null ? "none" : "\"" + progressLabel + "\"")
        + (progressListener == null ? "" : " and a listener")
        + "]";
  }
}
