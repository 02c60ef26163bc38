package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Nothing is lost and nothing is delivered twice: for any number of items, chunk size, window,
 * number of workers, with items that fail or are slow, what goes in comes out.
 */
class PoolPropertiesTest {

  /**
   * A call.
   *
   * @param size how many items
   * @param chunk the chunk size, 0 for adaptive
   * @param window how many may be under way, 0 for the default
   * @param workers how many workers, where that can be chosen
   * @param slowEvery every so many items one takes a moment; 0 for none
   * @param failEvery every so many items one fails; 0 for none
   * @param iterable whether the inputs are no collection
   */
  record Case(
      int size,
      int chunk,
      int window,
      int workers,
      int slowEvery,
      int failEvery,
      boolean iterable) {

    Iterable<Integer> inputs() {
      List<Integer> all = IntStream.range(0, size).boxed().toList();
      return iterable ? all::iterator : all;
    }

    Pool<Object, Object> with(Pool<Object, Object> pool) {
      Pool<Object, Object> chunked = chunk == 0 ? pool : pool.with(o -> o.chunkSize(chunk));
      return window == 0 ? chunked : chunked.with(o -> o.maxInFlight(window));
    }

    Mapper<Integer, Integer> mapper() {
      int slow = slowEvery;
      int failing = failEvery;
      return x -> {
        if (slow > 0 && x % slow == slow - 1) {
          Thread.sleep(1);
        }
        if (failing > 0 && x % failing == failing - 1) {
          throw new IOException("of " + x);
        }
        return 3 * x;
      };
    }

    boolean fails(int item) {
      return failEvery > 0 && item % failEvery == failEvery - 1;
    }

    /** The first failing item, or the number of items. */
    int firstFailure() {
      return failEvery > 0 ? Math.min(size, failEvery - 1) : size;
    }

    List<Integer> results(int until) {
      return IntStream.range(0, until).map(x -> 3 * x).boxed().toList();
    }
  }

  private static ProcessPool<Object, Object> processes;

  @BeforeContainer
  static void open() {
    processes = ProcessPool.builder().workers(2).build();
  }

  @AfterContainer
  static void close() {
    processes.close();
  }

  @Provide
  Arbitrary<Case> cases() {
    Arbitrary<Integer> sizes =
        Arbitraries.frequencyOf(
            Tuple.of(1, Arbitraries.integers().between(0, 3)),
            Tuple.of(3, Arbitraries.integers().between(4, 300)),
            Tuple.of(1, Arbitraries.integers().between(301, 5000)));
    Arbitrary<Integer> zeroOr =
        Arbitraries.frequencyOf(
            Tuple.of(1, Arbitraries.just(0)), Tuple.of(2, Arbitraries.integers().between(1, 200)));
    Arbitrary<Integer> rarely =
        Arbitraries.frequencyOf(
            Tuple.of(1, Arbitraries.just(0)), Tuple.of(1, Arbitraries.integers().between(20, 400)));
    return Combinators.combine(
            sizes,
            zeroOr,
            zeroOr,
            Arbitraries.integers().between(1, 9),
            rarely,
            rarely,
            Arbitraries.of(true, false))
        .as(Case::new);
  }

  @Property(tries = 200)
  void threadsLoseNothingAndDoubleNothing(@ForAll("cases") Case each) {
    try (ThreadPool<Object, Object> threads =
        ThreadPool.builder().workers(each.workers()).build()) {
      check(each, threads);
    }
  }

  @Property(tries = 60)
  void theCallersThreadLosesNothingAndDoublesNothing(@ForAll("cases") Case each) {
    try (SerialPool<Object, Object> serial = SerialPool.builder().build()) {
      check(each, serial);
    }
  }

  @Property(tries = 120)
  void processesLoseNothingAndDoubleNothing(@ForAll("cases") Case each) {
    check(each, processes);
  }

  private static void check(Case each, Pool<Object, Object> of) {
    Pool<Object, Object> pool = each.with(of);
    Mapper<Integer, Integer> mapper = each.mapper();
    checkOutcomes(each, pool.mapOutcomes(mapper, each.inputs()), true);
    try (Stream<Outcome<Integer, Integer>> stream = pool.imapOutcomes(mapper, each.inputs())) {
      checkOutcomes(each, stream.toList(), false);
    }
    if (each.firstFailure() < each.size()) {
      checkFailure(each, pool, mapper);
      return;
    }
    assertThat(pool.map(mapper, each.inputs())).isEqualTo(each.results(each.size()));
    assertThat(pool.mapAsync(mapper, each.inputs()).join()).isEqualTo(each.results(each.size()));
    try (Stream<Integer> stream = pool.imap(mapper, each.inputs())) {
      assertThat(stream.toList()).isEqualTo(each.results(each.size()));
    }
    try (Stream<Integer> stream = pool.imapUnordered(mapper, each.inputs())) {
      assertThat(stream.toList()).containsExactlyInAnyOrderElementsOf(each.results(each.size()));
    }
  }

  private static void checkOutcomes(
      Case each, List<Outcome<Integer, Integer>> outcomes, boolean ordered) {
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < outcomes.size(); i++) {
      Outcome<Integer, Integer> outcome = outcomes.get(i);
      int item = outcome.input();
      assertThat(seen.add(outcome.index())).as("item %s once", outcome.index()).isTrue();
      assertThat(outcome.index()).isEqualTo(item);
      assertThat(outcome.isSuccess()).isEqualTo(!each.fails(item));
      if (outcome.isSuccess()) {
        assertThat(outcome.value()).isEqualTo(3 * item);
      }
      if (ordered) {
        assertThat(item).isEqualTo(i);
      }
    }
    assertThat(outcomes).hasSize(each.size());
  }

  /** Calls that fail: which failure, and what comes before it. */
  private static void checkFailure(
      Case each, Pool<Object, Object> pool, Mapper<Integer, Integer> mapper) {
    assertThatThrownBy(() -> pool.map(mapper, each.inputs()))
        .isInstanceOfSatisfying(
            TaskException.class, failure -> assertThat(each.fails((int) failure.index())).isTrue());
    List<Integer> before = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              try (Stream<Integer> stream = pool.imap(mapper, each.inputs())) {
                stream.forEach(before::add);
              }
            })
        .isInstanceOfSatisfying(
            TaskException.class,
            failure -> assertThat(failure.index()).isEqualTo(each.firstFailure()));
    assertThat(before).isEqualTo(each.results(each.firstFailure()));
  }
}
