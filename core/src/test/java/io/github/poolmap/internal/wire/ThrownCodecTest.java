package io.github.poolmap.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ThrownCodecTest {

  /** Has a field that does not travel. */
  private static class Stuck extends Exception {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial")
    final Object field = new Object();

    Stuck(String message, Throwable cause) {
      super(message, cause);
    }

    @Override
    public String getLocalizedMessage() {
      return field == null ? "" : getMessage();
    }
  }

  private static byte[] encoded(Throwable thrown) {
    Packer packer = new Packer(16);
    ThrownCodec.encode(packer, thrown);
    return packer.toByteArray();
  }

  private static Throwable copy(Throwable thrown) throws ProtocolException {
    return ThrownCodec.decode(
        ByteBuffer.wrap(encoded(thrown)), ThrownCodecTest.class.getClassLoader());
  }

  private static String trace(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }

  @Test
  void anExceptionThatTravelsIsItself() throws ProtocolException {
    Exception original = new IllegalStateException("a", new RuntimeException("b"));
    original.addSuppressed(new Exception("c"));
    Throwable copy = copy(original);
    assertThat(copy).isExactlyInstanceOf(IllegalStateException.class).isNotSameAs(original);
    assertThat(trace(copy)).isEqualTo(trace(original));
  }

  @Test
  void theTraceOfALikenessIsThatOfTheOriginal() throws ProtocolException {
    Stuck original = new Stuck("outer", new Stuck("inner", new RuntimeException("root")));
    original.addSuppressed(new Stuck(null, null));
    original.addSuppressed(new Error("second"));
    Throwable copy = copy(original);
    assertThat(copy).isInstanceOf(LikenessException.class);
    assertThat(((LikenessException) copy).originalClass()).isEqualTo(Stuck.class.getName());
    // Which part of a trace is "in common" depends on frames that are equal; those of modules
    // differ in how their version is written.
    assertThat(trace(copy).lines().filter(line -> !line.startsWith("\t")))
        .isEqualTo(trace(original).lines().filter(line -> !line.startsWith("\t")).toList());
    assertThat(Arrays.stream(copy.getStackTrace()).map(StackTraceElement::getLineNumber))
        .isEqualTo(
            Arrays.stream(original.getStackTrace()).map(StackTraceElement::getLineNumber).toList());
  }

  @Test
  void circlesAndLongChainsAreCut() throws ProtocolException {
    Stuck a = new Stuck("a", null);
    Stuck b = new Stuck("b", a);
    a.addSuppressed(b);
    assertThat(copy(b).getCause().toString()).endsWith("a");
    Throwable chain = new Stuck("level 0", null);
    for (int i = 1; i < 1000; i++) {
      chain = new Stuck("level " + i, chain);
    }
    Throwable copy = copy(chain);
    assertThat(copy.getMessage()).isEqualTo("level 999");
    int depth = 0;
    for (Throwable t = copy; t != null; t = t.getCause()) {
      depth++;
    }
    assertThat(depth).isBetween(10, 100);
  }

  @Test
  void anExceptionWithoutStackOrMessage() throws ProtocolException {
    Stuck bare = new Stuck(null, null);
    bare.setStackTrace(new StackTraceElement[0]);
    Throwable copy = copy(bare);
    assertThat(copy.toString()).isEqualTo(Stuck.class.getName());
    assertThat(copy.getStackTrace()).isEmpty();
  }

  /** Whose methods all fail. */
  private static final class Hostile extends Stuck {
    private static final long serialVersionUID = 1L;

    Hostile() {
      super("", null);
    }

    @Override
    public String getMessage() {
      throw new AssertionError("message");
    }

    @Override
    public synchronized Throwable getCause() {
      throw new IllegalStateException("cause");
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      throw new IllegalStateException("stack");
    }
  }

  @Test
  void anExceptionWhoseMethodsThrowArrivesByName() throws ProtocolException {
    assertThat(copy(new Hostile()).toString()).contains("Hostile");
  }

  @Test
  void damagedBytesAreRefused() {
    byte[] whole = encoded(new Stuck("message", new Stuck("cause", null)));
    for (int length = 0; length < whole.length; length += 7) {
      ByteBuffer cut = ByteBuffer.wrap(whole, 0, length);
      assertThatExceptionOfType(ProtocolException.class)
          .isThrownBy(() -> ThrownCodec.decode(cut, null));
    }
  }
}
