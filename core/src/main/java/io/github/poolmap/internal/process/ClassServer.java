package io.github.poolmap.internal.process;

import io.github.poolmap.internal.wire.ClassReply;
import io.github.poolmap.internal.wire.ClassRequest;
import io.github.poolmap.internal.wire.Frame;
import io.github.poolmap.internal.wire.FrameChannel;
import io.github.poolmap.internal.wire.FrameType;
import io.github.poolmap.internal.wire.Packer;
import io.github.poolmap.internal.wire.ProtocolException;
import io.github.poolmap.internal.wire.Texts;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the control socket of one worker and answers its requests for classes and resources.
 *
 * <p>The class loaders that it asks are user code, which may be slow, throw, or never come back.
 * That is why it has a thread of its own, on which nothing depends but the classes of this worker.
 */
final class ClassServer implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(ClassServer.class);

  private final CurrentNames names;
  private final FrameChannel control;
  private final Runnable onViolation;
  private final Thread thread;

  /** Held while an answer is written: it may be larger than what the system takes at once. */
  private final ReentrantLock writing = new ReentrantLock();

  /** Whether a class loader is being asked, which may never answer. */
  private volatile boolean asking;

  private volatile ShippingMeter meter = new ShippingMeter();

  private ClassServer(CurrentNames names, FrameChannel control, Runnable onViolation) {
    this.names = names;
    this.control = control;
    this.onViolation = onViolation;
    this.thread = new Thread(null, this, names.get().worker() + "-classes", 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(ClassServer.class.getClassLoader());
  }

  /**
   * Starts serving.
   *
   * @param names how the worker is called; may change
   * @param onViolation is run once if the worker says what no worker says
   */
  static ClassServer start(CurrentNames names, FrameChannel control, Runnable onViolation) {
    ClassServer server = new ClassServer(names, control, onViolation);
    server.thread.start();
    return server;
  }

  /** From now on counts here what is shipped. */
  void countIn(ShippingMeter newMeter) {
    meter = newMeter;
  }

  /**
   * Gives an order, unless an answer is on its way that the worker does not read.
   *
   * @return false if there was no getting through to the worker in time
   */
  boolean order(FrameType order, long millis) throws IOException, InterruptedException {
    if (!writing.tryLock(millis, TimeUnit.MILLISECONDS)) {
      return false;
    }
    try {
      control.write(order, 0);
      return true;
    } finally {
      writing.unlock();
    }
  }

  /** Tells whether a class loader of the program has still to answer, so that others would wait. */
  boolean isAsking() {
    return asking;
  }

  /** The socket is closed; if a class loader still holds the thread it is asked to let go. */
  void stop() {
    thread.interrupt();
  }

  @Override
  public void run() {
    try {
      Frame frame;
      while ((frame = control.read(ClassRequest.LARGEST)) != null) {
        if (frame.type() != FrameType.CLASS_REQUEST) {
          throw new ProtocolException(frame.type() + " from a worker, on its control socket");
        }
        ClassRequest request = ClassRequest.read(frame.payload());
        asking = true;
        Packer reply = answer(request);
        asking = false;
        // A class loader may have left the flag, and writing with it would close the socket.
        Thread.interrupted();
        writing.lock();
        try {
          control.write(FrameType.CLASS_REPLY, frame.id(), reply);
        } finally {
          writing.unlock();
        }
      }
    } catch (ProtocolException e) {
      LOG.warn("{}: broke the protocol: {}", names.get().worker(), e.getMessage());
      onViolation.run();
    } catch (IOException gone) {
      LOG.debug(
          "{}: gone before it could be told of a class: {}",
          names.get().worker(),
          gone.getMessage());
    } catch (RuntimeException | Error e) {
      // The worker would wait for answers in vain.
      LOG.error(
          "{}: its requests for classes cannot be answered any more", names.get().worker(), e);
      onViolation.run();
    }
  }

  private Packer answer(ClassRequest request) {
    CallerLoaders loaders = CallerLoaders.byId(request.loader());
    if (loaders == null) {
      return ClassReply.failed(
          "the class loader of the program is gone, or its call has ended, so that it cannot be"
              + " asked for "
              + request.name());
    }
    try {
      Packer reply = request.all() ? all(loaders, request.name()) : first(loaders, request.name());
      if (reply.size() > ClassReply.LARGEST) {
        throw new IOException("its resources of that name have too many or too long addresses");
      }
      return reply;
    } catch (Throwable t) {
      // A class loader of the user's may throw anything.
      LOG.debug("{}: a class loader failed for {}", names.get().worker(), request.name(), t);
      return ClassReply.failed(
          "the program's class loader "
              + loaders.describe()
              + " failed when it was asked for "
              + request.name()
              + ": "
              + Texts.of(t));
    }
  }

  private Packer first(CallerLoaders loaders, String name) throws IOException {
    Packer reply = ClassReply.begin(loaders.describe());
    CallerLoaders.Opened opened = loaders.open(name);
    if (opened != null) {
      try (InputStream stream = opened.stream()) {
        byte[] bytes = read(stream, ClassReply.LARGEST_CONTENTS, name);
        ClassReply.append(reply, opened.url(), bytes);
        meter.count(1, bytes.length);
      }
    }
    return reply;
  }

  private Packer all(CallerLoaders loaders, String name) throws IOException {
    Packer reply = ClassReply.begin(loaders.describe());
    int left = ClassReply.LARGEST_CONTENTS;
    for (URL url : loaders.find(name)) {
      URLConnection connection = url.openConnection();
      // Nothing stays open.
      connection.setUseCaches(false);
      try (InputStream stream = connection.getInputStream()) {
        byte[] bytes = read(stream, left, name);
        left -= bytes.length;
        ClassReply.append(reply, url.toString(), bytes);
        meter.count(1, bytes.length);
      }
    }
    return reply;
  }

  private static byte[] read(InputStream stream, int most, String name) throws IOException {
    byte[] bytes = stream.readNBytes(most);
    if (bytes.length == most && stream.read() >= 0) {
      throw new IOException(
          name
              + " is larger than what is shipped at a time, "
              + ClassReply.LARGEST_CONTENTS
              + " bytes; put it on the class path of the workers");
    }
    return bytes;
  }
}
