package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** What tasks see of what is bound to the thread of their caller: the MDC, tracing. */
interface ContextContract extends PoolUnderTest {

  // ---- MDC

  @Test
  default void tasksSeeTheMdcOfTheirCaller() throws Exception {
    Mapper<Integer, String> seen =
        x -> {
          String user = MDC.get("user");
          MDC.put("user", "somebody else");
          MDC.put("task", "" + x);
          return user;
        };
    MDC.put("user", "ann");
    try {
      assertThat(pool().map(seen, range(20))).containsOnly("ann");
      CompletableFuture<List<String>> future = pool().mapAsync(seen, range(20));
      Stream<String> stream = pool().imap(seen, range(20));
      MDC.put("user", "ben");
      assertThat(future.get()).containsOnly("ann");
      assertThat(stream).hasSize(20).containsOnly("ann");
      assertThat(MDC.getCopyOfContextMap()).isEqualTo(Map.of("user", "ben"));
      assertThat(pool().map(seen, range(20))).containsOnly("ben");
    } finally {
      MDC.clear();
    }
  }

  @Test
  default void tasksOfACallerWithoutMdcSeeNoneWhateverOthersLeaveThere() {
    Pool<Object, Object> inOneChunk = pool().with(o -> o.chunkSize(20));
    Pool<Object, Object> oneByOne = pool().with(o -> o.chunkSize(1));
    Mapper<Integer, Boolean> leavesSome =
        x -> {
          Map<String, String> seen = MDC.getCopyOfContextMap();
          MDC.put("left by", "task " + x);
          return seen == null || seen.isEmpty();
        };
    assertThat(oneByOne.map(leavesSome, range(20))).containsOnly(true);
    assertThat(oneByOne.map(leavesSome, range(20))).containsOnly(true);
    assertThat(inOneChunk.map(leavesSome, range(20))).containsOnly(true);
    assertThat(oneByOne.imap(leavesSome, range(20))).containsOnly(true);
    assertThat(MDC.get("left by")).as("in the thread of the caller").isNull();
  }

  @Test
  default void aStreamIsOfTheMdcThatItsCallerHadAndNotOfThatOfItsReader() {
    Stream<String> stream = pool().imap(x -> MDC.get("user"), range(4));
    MDC.put("user", "the reader");
    try {
      assertThat(stream.toList()).hasSize(4).containsOnlyNulls();
      assertThat(MDC.get("user")).isEqualTo("the reader");
    } finally {
      MDC.clear();
    }
  }

  // ---- other context

  /** What a tracing library keeps for each thread. */
  ThreadLocal<String> SPAN = new ThreadLocal<>();

  ThreadLocal<String> BAGGAGE = new ThreadLocal<>();

  static AutoCloseable enter(ThreadLocal<String> local, String value) {
    String before = local.get();
    local.set(value);
    return () -> {
      if (before == null) {
        local.remove();
      } else {
        local.set(before);
      }
    };
  }

  /** Carries spans. */
  class SpanCarrier implements ContextCarrier {
    private static final long serialVersionUID = 1L;

    @Override
    public Object capture() {
      return SPAN.get();
    }

    @Override
    public AutoCloseable attach(Object captured) throws Exception {
      return enter(SPAN, (String) captured);
    }
  }

  /** Carries baggage. */
  class BaggageCarrier implements ContextCarrier {
    private static final long serialVersionUID = 1L;

    @Override
    public Object capture() {
      return BAGGAGE.get();
    }

    @Override
    public AutoCloseable attach(Object captured) {
      return enter(BAGGAGE, (String) captured);
    }
  }

  private Pool<Object, Object> carrying(ContextCarrier... carriers) {
    return build(
        builder -> {
          builder.workers(1).options(o -> o.gracePeriod(GRACE));
          for (ContextCarrier each : carriers) {
            builder.carry(each);
          }
        });
  }

  @Test
  default void everyItemRunsInTheContextOfItsCallerAndLeavesNoneBehind() {
    try (Pool<Object, Object> own = carrying(new SpanCarrier())) {
      Mapper<Integer, String> seen =
          x -> {
            String span = SPAN.get();
            SPAN.set("of the task");
            return span;
          };
      SPAN.set("a");
      assertThat(own.map(seen, range(10))).containsOnly("a");
      assertThat(SPAN.get()).isEqualTo("a");
      SPAN.remove();
      assertThat(own.apply(() -> SPAN.get())).isNull();
      assertThatThrownBy(
              () -> {
                SPAN.set("b");
                own.map(x -> Integer.parseInt(SPAN.get()), range(10));
              })
          .hasRootCauseInstanceOf(NumberFormatException.class)
          .rootCause()
          .hasMessageContaining("\"b\"");
      assertThat(SPAN.get()).isEqualTo("b");
      SPAN.remove();
      assertThat(own.apply(() -> SPAN.get())).isNull();
    } finally {
      SPAN.remove();
    }
  }

  @Test
  default void asyncAndStreamCallsCarryTheContextThatTheirCallerHadAtTheCall() throws Exception {
    try (Pool<Object, Object> own = carrying(new SpanCarrier())) {
      SPAN.set("at the call");
      CompletableFuture<List<String>> future = own.mapAsync(x -> SPAN.get(), range(4));
      CompletableFuture<String> one = own.applyAsync(() -> SPAN.get());
      Stream<String> ordered = own.imap(x -> SPAN.get(), range(4));
      Stream<String> unordered = own.imapUnordered(x -> SPAN.get(), range(4));
      Stream<Outcome<Integer, String>> outcomes = own.imapOutcomes(x -> SPAN.get(), range(4));
      SPAN.set("later");
      assertThat(future.get()).containsOnly("at the call");
      assertThat(one.get()).isEqualTo("at the call");
      assertThat(ordered).hasSize(4).containsOnly("at the call");
      assertThat(unordered).hasSize(4).containsOnly("at the call");
      assertThat(outcomes.map(Outcome::value)).hasSize(4).containsOnly("at the call");
      assertThat(SPAN.get()).isEqualTo("later");
    } finally {
      SPAN.remove();
    }
  }

  @Test
  default void severalCarriersCarryEachItsOwn() {
    try (Pool<Object, Object> own = carrying(new SpanCarrier(), new BaggageCarrier())) {
      Mapper<Integer, String> seen = x -> SPAN.get() + "+" + BAGGAGE.get();
      BAGGAGE.set("bag");
      assertThat(own.map(seen, range(4))).containsOnly("null+bag");
      SPAN.set("span");
      assertThat(own.map(seen, range(4))).containsOnly("span+bag");
      assertThat(own.with(o -> o.chunkSize(2)).map(seen, range(4))).containsOnly("span+bag");
    } finally {
      SPAN.remove();
      BAGGAGE.remove();
    }
  }

  /** Fails when it is used for the third time. */
  class FailingCarrier implements ContextCarrier {
    private static final long serialVersionUID = 1L;

    private final Journal talk;
    private final boolean inClose;

    FailingCarrier(Journal talk, boolean inClose) {
      this.talk = talk;
      this.inClose = inClose;
    }

    @Override
    public Object capture() {
      return "something";
    }

    @Override
    public AutoCloseable attach(Object captured) throws Exception {
      talk.add("attached");
      boolean fails = talk.lines().size() == 3;
      if (fails && !inClose) {
        throw new IOException("cannot be attached");
      }
      return () -> {
        if (fails) {
          throw new IOException("cannot be closed");
        }
      };
    }
  }

  @Test
  default void aContextThatCannotBeAttachedFailsItsItemAlone() {
    try (Pool<Object, Object> own = carrying(new FailingCarrier(journal(), false))) {
      List<Outcome<Integer, Integer>> outcomes = own.mapOutcomes(x -> x, range(6));
      assertThat(Outcome.failures(outcomes))
          .singleElement()
          .satisfies(
              failure -> {
                assertThat(((TaskException) failure).index()).isEqualTo(2);
                assertThat(failure)
                    .hasCauseExactlyInstanceOf(IOException.class)
                    .cause()
                    .hasMessage("cannot be attached");
              });
      assertThat(Outcome.values(outcomes.subList(3, 6))).containsExactly(3, 4, 5);
    }
  }

  @Test
  default void aContextThatCannotBeClosedFailsItsItemAlone() {
    try (Pool<Object, Object> own = carrying(new FailingCarrier(journal(), true))) {
      List<Outcome<Integer, Integer>> outcomes = own.mapOutcomes(x -> x, range(6));
      assertThat(Outcome.failures(outcomes))
          .singleElement()
          .satisfies(failure -> assertThat(failure.getCause()).hasMessage("cannot be closed"));
    }
  }

  @Test
  default void theFailureOfATaskIsNotHiddenByThatOfItsContext() {
    try (Pool<Object, Object> own = carrying(new FailingCarrier(journal(), true))) {
      TaskException failure =
          catchThrowableOfType(
              TaskException.class,
              () ->
                  own.map(
                      x -> {
                        if (x == 2) {
                          throw new IllegalStateException("the bug");
                        }
                        return x;
                      },
                      range(6)));
      assertThat(failure.index()).isEqualTo(2);
      assertThat(failure.getCause()).hasMessage("the bug");
      assertThat(failure.getCause().getSuppressed())
          .singleElement()
          .satisfies(each -> assertThat(each).hasMessageContaining("cannot be closed"));
    }
  }

  /** Finds no context. */
  class BrokenCarrier implements ContextCarrier {
    private static final long serialVersionUID = 1L;

    @Override
    public Object capture() {
      throw new IllegalStateException("no context today");
    }

    @Override
    public AutoCloseable attach(Object captured) {
      throw new IllegalStateException("never called");
    }
  }

  @Test
  default void whatCaptureThrowsReachesTheCaller() {
    try (Pool<Object, Object> own = carrying(new BrokenCarrier())) {
      assertThatThrownBy(() -> own.map(x -> x, range(3))).hasMessage("no context today");
      assertThatThrownBy(() -> own.mapAsync(x -> x, range(3))).hasMessage("no context today");
      assertThatThrownBy(() -> own.imap(x -> x, range(3))).hasMessage("no context today");
    }
  }
}
