package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Call shapes that have to compile without type arguments or casts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(30)
class InferenceTest {

  private Pools pools;

  @BeforeAll
  void open() {
    pools = Pools.builder().workers(2).build();
  }

  @AfterAll
  void close() {
    pools.close();
  }

  @Test
  void lambdasOnAnUnconstrainedPool() {
    List<Integer> lengths = pools.threads().map(s -> s.length(), List.of("a", "bb"));
    List<String> nulls = pools.threads().map(s -> null, List.of("a"));
    List<Object> objects = pools.threads().map(s -> s, List.of("a"));
    var inferred = pools.threads().map(s -> s.length() + 0.5, Set.of("abc"));
    double first = inferred.get(0);
    assertThat(lengths).containsExactly(1, 2);
    assertThat(nulls).containsExactly((String) null);
    assertThat(objects).containsExactly("a");
    assertThat(first).isEqualTo(3.5);
  }

  @Test
  void methodReferences() {
    List<Integer> parsed = pools.threads().map(Integer::parseInt, List.of("1", "2"));
    List<String> trimmed = pools.threads().map(String::trim, List.of(" a "));
    List<StringBuilder> made = pools.threads().map(StringBuilder::new, List.of("a"));
    List<Double> absolute = pools.serial().map(Math::abs, List.of(-1.5));
    List<String> general = pools.serial().map(String::valueOf, List.of(1, 2L, 'c'));
    List<Integer> checked = pools.serial().map(InferenceTest::throwing, List.of(1));
    assertThat(parsed).containsExactly(1, 2);
    assertThat(trimmed).containsExactly("a");
    assertThat(made.get(0)).hasToString("a");
    assertThat(absolute).containsExactly(1.5);
    assertThat(general).containsExactly("1", "2", "c");
    assertThat(checked).containsExactly(2);
  }

  private static int throwing(int x) throws IOException {
    if (x < 0) {
      throw new IOException("negative");
    }
    return x + 1;
  }

  @Test
  void aBoundedPoolTakesAndGivesSubtypes() {
    Pool<Number, Object> numbers = pools.threads();
    List<Double> halves = numbers.map(x -> x.doubleValue() / 2, List.of(1, 2.0, 3L));
    List<Integer> bits = numbers.map(Integer::bitCount, List.of(7));
    Pool<Number, Number> narrow = pools.serial();
    List<Long> longs = narrow.map(Number::longValue, new ArrayList<Integer>(List.of(1)));
    Long one = narrow.apply(() -> 1L);
    List<Integer> sums = narrow.starmap((a, b) -> a.length() + b, Map.of("a", 1).entrySet());
    assertThat(halves).containsExactly(0.5, 1.0, 1.5);
    assertThat(bits).containsExactly(3);
    assertThat(longs).containsExactly(1L);
    assertThat(one).isEqualTo(1L);
    assertThat(sums).containsExactly(2);
  }

  @Test
  void mappersOfWiderInputsAndNarrowerResults() {
    Mapper<Object, String> general = x -> "<" + x + ">";
    List<String> texts = pools.threads().map(general, List.of(1, 2));
    List<CharSequence> wider = pools.threads().map(general, List.of(1, 2));
    Mapper<CharSequence, Integer> length = CharSequence::length;
    Collection<String> inputs = List.of("ab");
    List<Number> numbers = pools.serial().map(length, inputs);
    Collection<? extends CharSequence> wildcard = inputs;
    List<Integer> lengths = pools.serial().map(length, wildcard);
    assertThat(texts).containsExactly("<1>", "<2>");
    assertThat(wider).hasSize(2);
    assertThat(numbers).containsExactly(2);
    assertThat(lengths).containsExactly(2);
  }

  @Test
  void starmapAndApply() {
    List<Integer> sums = pools.threads().starmap((a, b) -> a + b, List.of(Map.entry(1, 2)));
    List<Integer> referenced = pools.threads().starmap(Math::max, List.of(Map.entry(1, 2)));
    List<String> repeated = pools.threads().starmap(String::repeat, Map.of("a", 3).entrySet());
    BiMapper<Object, Object, Boolean> same = Object::equals;
    List<Boolean> wide = pools.threads().starmap(same, Map.of("a", 3).entrySet());
    int applied = pools.threads().apply(() -> 1);
    String nothing = pools.threads().apply(() -> null);
    Thread thread = pools.threads().apply(Thread::currentThread);
    assertThat(sums).containsExactly(3);
    assertThat(referenced).containsExactly(2);
    assertThat(repeated).containsExactly("aaa");
    assertThat(wide).containsExactly(false);
    assertThat(applied).isEqualTo(1);
    assertThat(nothing).isNull();
    assertThat(thread).isNotNull();
  }

  @Test
  void callsThatDoNotWait() throws Exception {
    CompletableFuture<List<Integer>> lengths =
        pools.threads().mapAsync(String::length, List.of("a", "bb"));
    CompletableFuture<List<Double>> halves = pools.threads().mapAsync(x -> x / 2.0, List.of(3));
    CompletableFuture<List<Integer>> sums =
        pools.threads().starmapAsync(Integer::sum, Map.of(1, 2).entrySet());
    CompletableFuture<String> applied = pools.threads().applyAsync(() -> "done");
    CompletableFuture<Integer> chained =
        pools.threads().applyAsync(() -> 20).thenCombine(applied, (a, b) -> a + b.length());
    assertThat(lengths.get()).containsExactly(1, 2);
    assertThat(halves.get()).containsExactly(1.5);
    assertThat(sums.get()).containsExactly(3);
    assertThat(applied.get()).isEqualTo("done");
    assertThat(chained.get()).isEqualTo(24);
  }

  @Test
  void streamsAndOutcomes() {
    Stream<Integer> lengths = pools.threads().imap(String::length, List.of("a", "bb"));
    int sum = pools.threads().imapUnordered(x -> x + 1, List.of(1, 2)).mapToInt(x -> x).sum();
    List<String> texts =
        pools.serial().imap(x -> "n" + x, List.of(1, 2)).filter(t -> !t.isEmpty()).toList();
    List<Outcome<String, Integer>> parsed =
        pools.threads().mapOutcomes(Integer::parseInt, List.of("1", "x"));
    List<Integer> values = Outcome.values(parsed);
    List<PoolException> failures = Outcome.failures(parsed);
    long good =
        pools
            .threads()
            .imapOutcomes(Integer::parseInt, List.of("1", "x"))
            .filter(Outcome::isSuccess)
            .count();
    List<Integer> seen = new CopyOnWriteArrayList<>();
    pools.threads().forEach(seen::add, List.of(1, 2));
    pools.threads().forEach(InferenceTest::throwing, List.of(1));
    assertThat(lengths.toList()).containsExactly(1, 2);
    assertThat(sum).isEqualTo(5);
    assertThat(texts).containsExactly("n1", "n2");
    assertThat(values).containsExactly(1);
    assertThat(failures).hasSize(1);
    assertThat(good).isEqualTo(1);
    assertThat(seen).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void settingsAndOptions() {
    Pool<String, Integer> typed =
        pools.processes(b -> b.workers(1).maxHeap(64L << 20).initializer(worker -> {}));
    Pool<Object, Object> loose =
        pools.threads().with(o -> o.retries(1).retryOn(MapOptions.CRASHES_ONLY));
    Pool<Object, Object> picky =
        pools.threads().with(o -> o.retries(2).retryOn(t -> t instanceof IOException));
    assertThat(typed.workers()).isEqualTo(1);
    assertThat(loose.map(x -> x, List.of(1))).containsExactly(1);
    assertThat(picky.map(x -> x, List.of(1))).containsExactly(1);
    assertThat(pools.auto().map(x -> x * 2, List.of(2))).containsExactly(4);
    assertThat(pools.pool(PoolKind.THREADS).stats().kind()).isEqualTo(PoolKind.THREADS);
  }

  @Test
  void viewsAndDoorsKeepTheirBounds() {
    try (ThreadPool<Number, String> typed =
        ThreadPool.<Number, String>builder().workers(1).build()) {
      List<String> texts = typed.with(o -> o.chunkSize(2)).map(x -> "n" + x, List.of(1, 2.5));
      assertThat(texts).containsExactly("n1", "n2.5");
    }
  }
}
