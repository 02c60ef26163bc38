package io.github.poolmap.internal.worker;

import io.github.poolmap.Effect;
import io.github.poolmap.Mapper;
import io.github.poolmap.WorkerInfo;
import io.github.poolmap.internal.wire.Address;
import io.github.poolmap.internal.wire.ChunkMessage;
import io.github.poolmap.internal.wire.ClassRequest;
import io.github.poolmap.internal.wire.Frame;
import io.github.poolmap.internal.wire.FrameChannel;
import io.github.poolmap.internal.wire.FrameType;
import io.github.poolmap.internal.wire.FunctionCodec;
import io.github.poolmap.internal.wire.FunctionMessage;
import io.github.poolmap.internal.wire.Hello;
import io.github.poolmap.internal.wire.ItemWriter;
import io.github.poolmap.internal.wire.LambdaForm;
import io.github.poolmap.internal.wire.Ledger;
import io.github.poolmap.internal.wire.Packer;
import io.github.poolmap.internal.wire.ProtocolException;
import io.github.poolmap.internal.wire.Start;
import io.github.poolmap.internal.wire.WorkerFolder;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The main of a JVM that boots as a worker and executes a few items, all by itself: it is its own
 * parent. What it has loaded by then is what a worker loads, which an {@link ArchiveMaker} has the
 * JVM keep; or it shows that a JVM with such an archive works.
 *
 * <p>Exits with status 0 if all went well.
 */
public final class Rehearsal {

  private static final int FUNCTION = 1;

  /** Numbers of chunks of both halves of the ledger. */
  private static final int FIRST_CHUNK = 1;

  private static final int CHUNKS = 4;

  /** Loaded later by most workers, or where there is more than a rehearsal. */
  private static final String[] BESIDES = {
    "io.github.poolmap.internal.worker.ShippedClasses$OfParent",
    "io.github.poolmap.internal.wire.ClassReply",
    "io.github.poolmap.internal.wire.ThrownCodec",
    "io.github.poolmap.internal.wire.Cancel",
    "io.github.poolmap.internal.wire.LargeValues",
    "io.github.poolmap.internal.wire.RawFile",
    "io.github.poolmap.internal.wire.RawForm",
    "io.github.poolmap.internal.wire.ValueReader",
    "io.github.poolmap.internal.wire.ValueWriter",
    "io.github.poolmap.internal.wire.Reset",
    "io.github.poolmap.internal.wire.Leftovers",
    "io.github.poolmap.WorkerEnd"
  };

  private Rehearsal() {}

  /**
   * Rehearses.
   *
   * @param args the folder to make for the worker, and to delete
   * @throws Exception if it goes wrong
   */
  public static void main(String[] args) throws Exception {
    WorkerFolder folder = new WorkerFolder(Files.createDirectory(Path.of(args[0])));
    try {
      rehearse(folder);
    } catch (Throwable t) {
      t.printStackTrace();
      folder.delete();
      // Not an exit, which would leave an archive.
      Runtime.getRuntime().halt(1);
    }
    folder.delete();
    System.exit(0);
  }

  private static void rehearse(WorkerFolder folder) throws Exception {
    byte[] token = new byte[Hello.TOKEN_BYTES];
    Files.write(folder.token(), token);
    Ledger.create(folder.ledger());
    Address.UNIX.write(folder);
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(folder.socket()));
      // The connections wait to be taken, and what is written to them to be read.
      WorkerMain.main(new String[] {"rehearsal", folder.path().toString(), "1"});
      // In this order it dials. Neither is closed: the worker would end this JVM.
      FrameChannel control = new FrameChannel(listener.accept());
      FrameChannel data = new FrameChannel(listener.accept());
      expect(control, FrameType.HELLO);
      expect(data, FrameType.HELLO);
      expect(data, FrameType.READY);
      work(data);
    }
    for (String each : BESIDES) {
      Class.forName(each);
    }
  }

  private static void work(FrameChannel data) throws IOException, ReflectiveOperationException {
    data.write(FrameType.START, 0, Start.pack(0, "rehearsal", null, packed(startOfWorkers())));
    expect(data, FrameType.STARTED);
    Mapper<Integer, Integer> mapper = x -> x + 1;
    byte[] function = packed(mapper);
    data.write(FrameType.FUNCTION, FUNCTION, function, 0, function.length);
    for (int chunk = FIRST_CHUNK; chunk < FIRST_CHUNK + CHUNKS; chunk++) {
      Packer message = ChunkMessage.begin(FUNCTION, true, false);
      ItemWriter writer = new ItemWriter();
      ChunkMessage.append(message, writer, 0, chunk, null);
      ChunkMessage.append(message, writer, 0, -chunk, null);
      data.write(FrameType.CHUNK, chunk, message);
      expect(data, FrameType.CHUNK_END);
    }
  }

  /** What workers do before their first task, of which only the package of the API knows. */
  private static Effect<WorkerInfo> startOfWorkers() throws ReflectiveOperationException {
    var constructor = Class.forName("io.github.poolmap.WorkerStart").getDeclaredConstructor();
    constructor.setAccessible(true);
    @SuppressWarnings("unchecked")
    Effect<WorkerInfo> start = (Effect<WorkerInfo>) constructor.newInstance();
    return start;
  }

  private static byte[] packed(Object function) {
    byte[] bytes = FunctionCodec.packNamed(function);
    LambdaForm lambda = bytes != null ? null : LambdaForm.of(function);
    if (bytes == null) {
      bytes =
          lambda != null
              ? FunctionCodec.pack(lambda)
              : FunctionCodec.serialize(function, "function", null);
    }
    return FunctionMessage.pack(ClassRequest.NOBODY, List.of(), bytes).toByteArray();
  }

  /** Reads frames up to one of this type. */
  private static void expect(FrameChannel channel, FrameType type) throws IOException {
    Frame frame;
    do {
      frame = channel.read();
      if (frame == null) {
        throw new ProtocolException("the end instead of " + type);
      }
    } while (frame.type() != type);
  }
}
