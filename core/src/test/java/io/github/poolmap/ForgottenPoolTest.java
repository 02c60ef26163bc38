package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pools that were dropped without being closed. */
class ForgottenPoolTest {

  private Logs logs;

  @BeforeEach
  void listen() {
    logs = new Logs();
  }

  @AfterEach
  void release() {
    logs.close();
  }

  private List<String> warnings() {
    return logs.messages(Level.WARN).stream()
        .filter(line -> line.contains("never closed"))
        .toList();
  }

  /** Has dropped pools be collected, and looks for them as the next call does. */
  private void collect() {
    System.gc();
    try (ThreadPool<Object, Object> other = ThreadPool.builder().workers(1).build()) {
      assertThat(other.<Integer>apply(() -> 1)).isEqualTo(1);
    }
  }

  private static void openUseAndDrop(String kind) {
    switch (kind) {
      case "threads" ->
          ThreadPool.builder().name("forgotten").workers(1).build().map(x -> x, List.of(1));
      case "view" ->
          ThreadPool.builder()
              .name("forgotten")
              .build()
              .with(o -> o.chunkSize(1))
              .map(x -> x, List.of(1));
      case "processes" ->
          ProcessPool.builder()
              .name("forgotten")
              .workers(1)
              .idleTimeout(Duration.ofMillis(100))
              .build()
              .map(x -> x, List.of(1));
      default -> throw new IllegalArgumentException(kind);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"threads", "view", "processes"})
  void aWarningNamesWhereItWasOpened(String kind) {
    openUseAndDrop(kind);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> {
              collect();
              assertThat(warnings())
                  .singleElement()
                  .asString()
                  .startsWith(
                      "forgotten, opened at io.github.poolmap.ForgottenPoolTest.openUseAndDrop("
                          + "ForgottenPoolTest.java:");
            });
  }

  @Test
  void asLongAsAHandleOrAViewIsThereNothingIsForgotten() {
    Pools pools = Pools.create();
    Pool<Object, Object> handle = pools.serial();
    Pool<Object, Object> view = handle.with(o -> o.chunkSize(1));
    List<Integer> first = view.map(x -> x, List.of(1));
    pools = null;
    handle = null;
    for (int i = 0; i < 3; i++) {
      collect();
    }
    assertThat(warnings()).isEmpty();
    List<Integer> second = view.map(x -> x, List.of(1));
    assertThat(second).isEqualTo(first);
    view = null;
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> {
              collect();
              assertThat(warnings())
                  .singleElement()
                  .asString()
                  .contains("poolmap, opened at io.github.poolmap.ForgottenPoolTest.asLongAs");
            });
  }

  @Test
  void whatWasClosedTerminatedSerialOrNeverUsedIsNotForgotten() {
    Stream.<Runnable>of(
            () -> ThreadPool.builder().build().close(),
            () -> {
              ThreadPool<Object, Object> pool = ThreadPool.builder().workers(1).build();
              assertThat(pool.<Integer>apply(() -> 1)).isEqualTo(1);
              pool.terminate();
            },
            () -> assertThat(SerialPool.builder().build().<Integer>apply(() -> 1)).isEqualTo(1),
            () -> assertThat(ThreadPool.builder().build().isClosed()).isFalse(),
            () -> assertThat(Pools.create().threads().workers()).isPositive())
        .forEach(Runnable::run);
    for (int i = 0; i < 3; i++) {
      collect();
    }
    assertThat(warnings()).isEmpty();
  }
}
