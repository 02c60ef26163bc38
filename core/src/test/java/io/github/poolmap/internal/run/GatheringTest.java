package io.github.poolmap.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.poolmap.MapOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class GatheringTest {

  private static final String NAME = "poolmap-gathering";
  private static final int ITEMS = 1_000_000;

  private final Calls calls = new Calls(NAME, null);
  private final AtomicInteger chunks = new AtomicInteger();

  private final LaneObserver counting =
      new LaneObserver() {
        @Override
        public boolean isListening() {
          return true;
        }

        @Override
        public void ran(@Nullable Object begun, ChunkSpan chunk) {
          chunks.incrementAndGet();
        }
      };

  @Test
  void shortItemsThatAreReadOneByOneAreNotHandedOutAFewAtATime() throws Exception {
    Engine<?> engine =
        Engine.on(
            NAME,
            2,
            Duration.ofSeconds(10),
            ThreadBackend.platform((kind, index) -> new NoScope()),
            List.of(),
            counting);
    Iterable<Integer> inputs = () -> IntStream.range(0, ITEMS).iterator();
    Call call = new Call(calls, "test", x -> x, inputs, MapOptions.defaults());
    try (Stream<Object> results = engine.imap(call, true)) {
      assertThat(results.mapToInt(x -> 1).sum()).isEqualTo(ITEMS);
    } finally {
      engine.shutdown();
      engine.awaitWorkers();
    }
    // It is 50 to 90, and 17 to 19 without.
    assertThat(ITEMS / chunks.get()).as("items a chunk").isGreaterThan(25);
  }
}
