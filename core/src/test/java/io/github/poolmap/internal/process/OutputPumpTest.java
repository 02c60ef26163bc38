package io.github.poolmap.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.github.poolmap.Logs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OutputPumpTest {

  private final List<String> writes = new ArrayList<>();
  private final PrintStream target =
      new PrintStream(OutputStream.nullOutputStream()) {
        @Override
        public void write(byte[] bytes, int offset, int length) {
          writes.add(new String(bytes, offset, length, StandardCharsets.UTF_8));
        }
      };

  private OutputPump pump(InputStream in) throws InterruptedException {
    OutputPump pump = OutputPump.start(in, LineTarget.stream(() -> target), "poolmap-pump");
    pump.awaitEnd(20_000);
    return pump;
  }

  private OutputPump pump(String text) throws InterruptedException {
    return pump(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void eachWriteIsAWholeLine() throws InterruptedException {
    OutputPump pump = pump("one\n\ntwo \u00e4\r\nthe rest");
    assertThat(writes).containsExactly("one\n", "\n", "two \u00e4\r\n", "the rest\n");
    assertThat(pump.tail()).isEqualTo("one\n\ntwo \u00e4\nthe rest");
  }

  @Test
  void linesLongerThanTheBufferStayWholeAndEndlessOnesAreCut() throws InterruptedException {
    pump("x".repeat(30_000) + "\n" + "y".repeat(1_000_000));
    assertThat(writes.get(0)).hasSize(30_001);
    List<String> parts = writes.subList(1, writes.size());
    assertThat(parts).allSatisfy(part -> assertThat(part).endsWith("\n"));
    assertThat(String.join("", parts).replace("\n", "")).isEqualTo("y".repeat(1_000_000));
    assertThat(writes).allSatisfy(write -> assertThat(write).hasSizeLessThan(100_000));
  }

  @Test
  void theTailIsShort() throws InterruptedException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      text.append("line ").append(i).append('\n');
    }
    text.append("z".repeat(10_000)).append('\n');
    OutputPump pump = pump(text.toString());
    assertThat(pump.tail().lines())
        .hasSize(20)
        .startsWith("line 81")
        .last()
        .asString()
        .hasSize(500);
  }

  @Test
  void aStreamThatBreaksIsAnEnd() throws InterruptedException {
    OutputPump pump =
        pump(
            new InputStream() {
              private boolean given;

              @Override
              public int read() throws IOException {
                if (given) {
                  throw new IOException("pipe broken");
                }
                given = true;
                return 'a';
              }

              @Override
              public int read(byte[] target, int offset, int length) throws IOException {
                target[offset] = (byte) read();
                return 1;
              }
            });
    assertThat(writes).containsExactly("a\n");
    assertThat(pump.tail()).isEqualTo("a");
  }

  @Test
  void aTargetThatThrowsHoldsUpNobody() throws InterruptedException {
    try (Logs logs = new Logs()) {
      List<String> taken = new ArrayList<>();
      LineTarget moody =
          line -> {
            taken.add(new String(line, StandardCharsets.UTF_8));
            throw new IllegalStateException("the appender is broken");
          };
      OutputPump pump =
          OutputPump.start(
              new ByteArrayInputStream("a\nb\n".getBytes(StandardCharsets.UTF_8)),
              moody,
              "poolmap-pump");
      pump.awaitEnd(20_000);
      assertThat(taken).containsExactly("a\n", "b\n");
      assertThat(pump.tail()).isEqualTo("a\nb");
      assertThat(logs.messages(Level.WARN)).hasSize(1);
    }
  }
}
