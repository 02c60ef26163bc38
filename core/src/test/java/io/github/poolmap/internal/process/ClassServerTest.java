package io.github.poolmap.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.github.poolmap.Logs;
import io.github.poolmap.internal.wire.ClassReply;
import io.github.poolmap.internal.wire.ClassRequest;
import io.github.poolmap.internal.wire.Frame;
import io.github.poolmap.internal.wire.FrameChannel;
import io.github.poolmap.internal.wire.FrameType;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a worker that behaves, and one that does not, hears on its control socket. */
@DisabledOnOs(OS.WINDOWS)
class ClassServerTest {

  @TempDir Path folder;

  private final CountDownLatch violated = new CountDownLatch(1);
  private FrameChannel worker;
  private FrameChannel parent;
  private ClassServer server;
  private Logs logs;

  @BeforeEach
  void connect() throws IOException {
    logs = new Logs();
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(address);
      worker = new FrameChannel(SocketChannel.open(address));
      parent = new FrameChannel(listener.accept());
    }
    server =
        ClassServer.start(
            new CurrentNames(new WorkerNames("poolmap-test", "poolmap")),
            parent,
            violated::countDown);
  }

  @AfterEach
  void close() throws IOException {
    worker.close();
    parent.close();
    server.stop();
    logs.close();
  }

  private void assertViolated(String... words) throws InterruptedException {
    assertThat(violated.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(logs.messages(Level.WARN)).hasSize(1);
    assertThat(logs.messages(Level.WARN).get(0)).contains("broke the protocol").contains(words);
  }

  private ClassReply ask(long loader, boolean all, String name) throws IOException {
    worker.write(FrameType.CLASS_REQUEST, 9, new ClassRequest(loader, all, name).pack());
    Frame frame = worker.read();
    assertThat(frame.type()).isEqualTo(FrameType.CLASS_REPLY);
    assertThat(frame.id()).isEqualTo(9);
    return ClassReply.read(frame.payload());
  }

  @Test
  void theLibrarysOwnLoaderIsKnown() throws Exception {
    ShippingMeter meter = new ShippingMeter();
    server.countIn(meter);
    ClassReply reply = ask(ClassRequest.LIBRARY, false, "io/github/poolmap/Pool.class");
    assertThat(reply.kind()).isEqualTo(ClassReply.Kind.ANSWERED);
    assertThat(reply.found()).hasSize(1);
    assertThat(reply.found().get(0).url()).endsWith("io/github/poolmap/Pool.class");
    assertThat(reply.found().get(0).bytes().getInt()).isEqualTo(0xCAFEBABE);
    assertThat(meter.count()).isEqualTo(1);
    assertThat(meter.bytes()).isGreaterThan(100);
    assertThat(ask(ClassRequest.LIBRARY, true, "no/such/thing").found()).isEmpty();
  }

  /** Otherwise the next pool that gets the worker would wait for the loader of the one before. */
  @Test
  void aWorkerForWhichALoaderIsStillBeingAskedIsNotGivenAway() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    ClassLoader slow =
        new ClassLoader(getClass().getClassLoader()) {
          @Override
          public InputStream getResourceAsStream(String name) {
            asked.countDown();
            try {
              answer.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            return null;
          }
        };
    CallerLoaders.Held held = CallerLoaders.of(slow, List.of());
    assertThat(server.isAsking()).isFalse();
    worker.write(FrameType.CLASS_REQUEST, 9, new ClassRequest(held.id(), false, "slow.txt").pack());
    assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(server.isAsking()).isTrue();
    answer.countDown();
    assertThat(worker.read().id()).isEqualTo(9);
    assertThat(server.isAsking()).isFalse();
  }

  @Test
  void aLoaderThatIsGoneIsSaid() throws Exception {
    ClassReply reply = ask(Long.MAX_VALUE, false, "some/Thing.class");
    assertThat(reply.kind()).isEqualTo(ClassReply.Kind.FAILED);
    assertThat(reply.text()).contains("gone", "some/Thing.class");
  }

  @Test
  void callsOfTheSameLoadersHaveTheSameNumberAndThoseOfOthersAnother() {
    ClassLoader own = getClass().getClassLoader();
    ClassLoader child = new ClassLoader(own) {};
    long number = CallerLoaders.of(child, List.of()).id();
    assertThat(CallerLoaders.of(child, List.of(String.class)).id()).isEqualTo(number);
    // Their parents need not be asked.
    assertThat(CallerLoaders.of(child, List.of(getClass())).id()).isEqualTo(number);
    assertThat(CallerLoaders.of(own, List.of()).id()).isEqualTo(ClassRequest.LIBRARY);
    assertThat(CallerLoaders.of(new ClassLoader(own) {}, List.of()).id()).isNotEqualTo(number);
  }

  @Test
  void anotherFrameIsAViolation() throws Exception {
    worker.write(FrameType.BYE, 0);
    assertViolated("BYE");
  }

  @Test
  void aRequestThatIsTooLongIsRefusedBeforeItIsRead() throws Exception {
    worker.write(FrameType.CLASS_REQUEST, 1, new byte[1 << 20], 0, 100_000);
    assertViolated("100000 bytes");
  }

  @Test
  void aRequestWithoutSenseIsAViolation() throws Exception {
    worker.write(FrameType.CLASS_REQUEST, 1, new byte[] {1, 2, 3}, 0, 3);
    assertViolated("ends too early");
  }
}
