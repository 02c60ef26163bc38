package io.github.poolmap.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.poolmap.Shared;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class SharedCopiesTest {

  private static final CountDownLatch READING = new CountDownLatch(1);
  private static final CountDownLatch GO_ON = new CountDownLatch(1);

  /** The common pool has a single thread on two cores. */
  private static final Executor THREADS = task -> new Thread(task, "shared-copies-test").start();

  @TempDir private Path folder;

  /** Takes its time to be read. */
  private static final class Slow implements Serializable {

    private static final long serialVersionUID = 1L;

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      READING.countDown();
      try {
        GO_ON.await();
      } catch (InterruptedException e) {
        throw new InterruptedIOException();
      }
    }
  }

  private SharedReference write(String name, Object value) throws IOException {
    Packer packer = new Packer(64);
    ObjectCodec.encode(packer, value, "value");
    Path file = folder.resolve(name);
    Files.write(file, packer.toByteArray());
    return new SharedReference(
        file.toString(), SharedReference.OBJECT, packer.size(), name, Set.of());
  }

  /** A value may refer to others, so whoever reads it may wait for whoever looks for another. */
  @Test
  void aValueThatIsClosedWhileItIsReadHoldsUpNoOther() throws Exception {
    SharedReference slow = write("slow", new Slow());
    SharedReference other = write("other", "text");
    Thread.currentThread().setContextClassLoader(SharedCopiesTest.class.getClassLoader());
    Shared<?> copy = SharedCopies.of(slow);
    CompletableFuture<Object> reader = CompletableFuture.supplyAsync(copy::get, THREADS);
    READING.await();
    Files.delete(Path.of(slow.file()));
    try {
      CompletableFuture<Object> looked =
          CompletableFuture.supplyAsync(() -> SharedCopies.of(other).get(), THREADS);
      assertThat(looked.get(10, TimeUnit.SECONDS)).isEqualTo("text");
    } finally {
      GO_ON.countDown();
    }
    assertThat(reader.get()).isInstanceOf(Slow.class);
  }
}
