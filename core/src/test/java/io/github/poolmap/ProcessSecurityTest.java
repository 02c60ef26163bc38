package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import io.github.poolmap.WorkerCrashedException.Reason;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Anyone on the host may connect, secrets on argv, streams that somebody else writes to. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ProcessSecurityTest {

  private Logs logs;

  @BeforeEach
  void listen() {
    logs = new Logs();
  }

  @AfterEach
  void stopListening() {
    logs.close();
  }

  // ---- the token

  /** The java of this pool notes what others may see of it before it becomes java. */
  @Test
  void theTokenIsInAFileOfTheUsersAndNowhereElse(@TempDir Path home) throws Exception {
    Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
    String real = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Files.writeString(
        java,
        String.join(
            "\n",
            "#!/bin/sh",
            "umask 077",
            "cd '" + home + "'",
            "cp \"$4/token\" token",
            "stat -c %A \"$4\" \"$4/token\" > modes",
            "env > seen",
            "echo \"$@\" >> seen",
            "cat \"${1#@}\" >> seen",
            "exec '" + real + "' \"$@\"",
            ""));
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder().workers(1).javaHome(home).build()) {
      List<String> inside =
          pool.apply(
              () ->
                  List.of(
                      ProcessHandle.current().info().commandLine().orElse(""),
                      System.getenv().toString(),
                      System.getProperties().toString()));
      byte[] token = Files.readAllBytes(home.resolve("token"));
      assertThat(token).hasSize(32);
      assertThat(Files.readAllLines(home.resolve("modes")))
          .containsExactly("drwx------", "-rw-------");
      String seen = Files.readString(home.resolve("seen"), StandardCharsets.ISO_8859_1) + inside;
      assertThat(seen)
          .contains("WorkerMain", "PATH=")
          .doesNotContain(new String(token, StandardCharsets.ISO_8859_1))
          .doesNotContainIgnoringCase(HexFormat.of().formatHex(token))
          .doesNotContain(Base64.getEncoder().withoutPadding().encodeToString(token))
          .doesNotContain(Base64.getUrlEncoder().withoutPadding().encodeToString(token));
    }
  }

  // ---- a stream that is corrupted

  /** A worker whose tasks can get at what belongs to the library. */
  private static ProcessPool<Object, Object> opened() {
    return ProcessPool.builder()
        .workers(1)
        .jvmArgs("--add-opens=java.base/java.lang=ALL-UNNAMED")
        .options(o -> o.chunkSize(3).gracePeriod(Duration.ofMillis(300)))
        .build();
  }

  private static Object field(Object owner, Class<?> type, String name)
      throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field.get(owner);
  }

  /** The socket of the worker that executes the calling task. */
  private static SocketChannel dataSocket() throws ReflectiveOperationException {
    Thread thread = Thread.currentThread();
    Object loop;
    if (Runtime.version().feature() < 19) {
      loop = field(thread, Thread.class, "target");
    } else {
      Object holder = field(thread, Thread.class, "holder");
      loop = field(holder, holder.getClass(), "task");
    }
    Object frames = field(loop, loop.getClass(), "data");
    return (SocketChannel) field(frames, frames.getClass(), "channel");
  }

  private static ByteBuffer frame(int magic, int type, long id, long length) {
    return ByteBuffer.allocate(24)
        .putInt(magic)
        .put((byte) type)
        .put(new byte[3])
        .putLong(id)
        .putLong(length)
        .flip();
  }

  private static ByteBuffer corruption(String how) {
    int magic = 0x504D4150;
    return switch (how) {
      case "an HTTP request" ->
          ByteBuffer.wrap(
              "GET / HTTP/1.1\r\nHost: localhost\r\n".getBytes(StandardCharsets.US_ASCII));
      case "an endless frame" -> frame(magic, 8, 1, Long.MAX_VALUE);
      case "an unknown type" -> frame(magic, 99, 1, 0);
      case "an order to the parent" -> frame(magic, 11, 1, 0);
      case "another chunk" -> frame(magic, 9, 123_456, 0);
      default -> {
        byte[] noise = new byte[1000];
        new Random(how.hashCode()).nextBytes(noise);
        yield ByteBuffer.wrap(noise);
      }
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "an HTTP request",
        "an endless frame",
        "an unknown type",
        "an order to the parent",
        "another chunk",
        "noise",
        "other noise"
      })
  void aCorruptedStreamIsSaidAndItsWorkerReplaced(String how) {
    try (ProcessPool<Object, Object> pool = opened()) {
      List<Outcome<Integer, Long>> outcomes =
          pool.mapOutcomes(
              x -> {
                if (x == 1) {
                  SocketChannel socket = dataSocket();
                  ByteBuffer bytes = corruption(how);
                  while (bytes.hasRemaining()) {
                    socket.write(bytes);
                  }
                  Thread.sleep(60_000);
                }
                return ProcessHandle.current().pid();
              },
              range(6));
      WorkerCrashedException crash = (WorkerCrashedException) outcomes.get(1).failure();
      assertThat(crash.reason()).isEqualTo(Reason.PROTOCOL);
      assertThat(crash.index()).isEqualTo(1);
      assertThat(crash.signal()).isNull();
      assertThat(crash).hasMessageContaining("broke the protocol: ");
      assertThat(Outcome.failures(outcomes)).hasSize(1);
      assertThat(outcomes.get(0).value()).isEqualTo(crash.pid());
      assertThat(Outcome.values(outcomes).subList(1, 5)).doesNotContain(crash.pid());
      assertThat(ProcessHandle.of(crash.pid())).isEmpty();
    }
    assertThat(logs.messages(Level.WARN)).anyMatch(message -> message.contains("PROTOCOL"));
  }

  @Test
  void aWorkerThatClosesItsSocketAndLivesOnIsReplaced() {
    try (ProcessPool<Object, Object> pool = opened()) {
      List<Outcome<Integer, Integer>> outcomes =
          pool.mapOutcomes(
              x -> {
                if (x == 1) {
                  dataSocket().close();
                  Thread.sleep(60_000);
                }
                return x;
              },
              range(4));
      WorkerCrashedException crash = (WorkerCrashedException) outcomes.get(1).failure();
      assertThat(crash.reason()).isEqualTo(Reason.PROTOCOL);
      assertThat(crash).hasMessageContaining("closed its channel and lived on");
      assertThat(Outcome.values(outcomes)).containsExactly(0, 2, 3);
      assertThat(ProcessHandle.of(crash.pid())).isEmpty();
    }
  }

  // ---- objects

  @Test
  void theFilterOfTheJvmIsRespected() {
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder()
            .workers(1)
            .jvmArgs("-Djdk.serialFilter=!java.util.ArrayDeque")
            .build()) {
      List<Outcome<Object, String>> outcomes =
          pool.mapOutcomes(x -> x.toString(), List.of(List.of(1), new ArrayDeque<>(), List.of(2)));
      assertThat(Outcome.values(outcomes)).containsExactly("[1]", "[2]");
      assertThat(outcomes.get(1).failure())
          .hasMessageContainingAll("refused: java.util.ArrayDeque", "jdk.serialFilter");
    }
  }

  private enum Initialized {
    CONSTANT;

    static {
      System.setProperty("poolmap.test.initialized", "yes");
    }
  }

  @Test
  void anEnumThatTheFilterOfTheJvmRefusesIsNotInitialized() {
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder()
            .workers(1)
            .jvmArgs("-Djdk.serialFilter=!" + Initialized.class.getName())
            .build()) {
      List<Outcome<Object, String>> outcomes =
          pool.mapOutcomes(
              x -> System.getProperty("poolmap.test.initialized", "no"),
              List.of(Initialized.CONSTANT, 1));
      assertThat(outcomes.get(0).failure()).hasMessageContaining("refused: ");
      assertThat(outcomes.get(1).value()).isEqualTo("no");
    }
  }

  /** Lambdas may travel without Java serialization; who filters that decides about them as well. */
  @Test
  void theFilterOfTheJvmIsAskedAboutLambdas() {
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder()
            .workers(1)
            .jvmArgs("-Djdk.serialFilter=!" + Refused.class.getName())
            .build()) {
      assertThat(pool.<Object>apply(() -> 1)).isEqualTo(1);
      assertThatExceptionOfType(TaskException.class)
          .isThrownBy(() -> pool.apply(Refused.task(1)))
          .withMessageContainingAll("refused: " + Refused.class.getName(), "jdk.serialFilter");
    }
  }

  private static final class Refused {
    static Task<Object> task(int number) {
      return () -> number;
    }
  }

  private static final class Unreadable implements Serializable {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("unused") // Called by serialization.
    private void readObject(ObjectInputStream in) {
      throw new IllegalStateException("not to be had");
    }
  }

  @Test
  void aResultThatTheProgramCannotReadIsToldAsThat() {
    try (ProcessPool<Object, Object> pool = opened()) {
      List<Outcome<Integer, Object>> outcomes =
          pool.mapOutcomes(x -> x == 1 ? new Unreadable() : x, range(3));
      assertThat(Outcome.values(outcomes)).containsExactly(0, 2);
      assertThat(outcomes.get(1).failure())
          .hasMessageContainingAll("the result cannot be read: ", "not to be had");
    }
  }
}
