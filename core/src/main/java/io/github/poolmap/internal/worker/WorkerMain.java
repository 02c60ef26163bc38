package io.github.poolmap.internal.worker;

import io.github.poolmap.internal.wire.Address;
import io.github.poolmap.internal.wire.Depth;
import io.github.poolmap.internal.wire.FrameChannel;
import io.github.poolmap.internal.wire.FrameType;
import io.github.poolmap.internal.wire.Hello;
import io.github.poolmap.internal.wire.Ledger;
import io.github.poolmap.internal.wire.Packer;
import io.github.poolmap.internal.wire.WorkerFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The main of a worker JVM.
 *
 * <p>Arguments: the worker's name (for {@code ps} and {@code jcmd}), its private folder, its depth.
 */
public final class WorkerMain {

  /** The status of a worker that cannot be one. */
  private static final int NO_WORKER = 70;

  private WorkerMain() {}

  /** Set where the library has to be loaded by a {@link ShippedLoader}. */
  private static final String SHIP_LIBRARY = "poolmap.worker.shipLibrary";

  /**
   * Boots the worker and executes chunks until the parent is gone or says goodbye.
   *
   * @param args see the class
   * @throws IOException if the parent cannot be reached
   */
  public static void main(String[] args) throws IOException {
    if (args.length != 3) {
      System.err.println(
          "This is the main class of Poolmap's worker processes; pools start it, people do not.");
      System.exit(NO_WORKER);
    }
    ClassLoader own = WorkerMain.class.getClassLoader();
    if (Boolean.getBoolean(SHIP_LIBRARY) && !(own instanceof ShippedLoader)) {
      mainOf(new ShippedLoader(own), args);
      return;
    }
    String name = args[0];
    WorkerFolder folder = new WorkerFolder(Path.of(args[1]));
    Depth.set(Integer.parseInt(args[2]));

    try {
      boot(name, folder);
    } catch (IOException | RuntimeException e) {
      // Most likely the parent died meanwhile; then nobody else is there to clean up.
      System.err.println("poolmap: " + name + " cannot boot: " + e);
      folder.delete();
      System.exit(NO_WORKER);
    }
    // This thread ends here; the JVM lives as long as the one that executes items.
  }

  /** Does the same with this class as another loader has it. */
  private static void mainOf(ShippedLoader loader, String[] args) {
    try {
      Class<?> main = Class.forName(WorkerMain.class.getName(), true, loader);
      main.getMethod("main", String[].class).invoke(null, (Object) args);
    } catch (ReflectiveOperationException e) {
      System.err.println("poolmap: " + args[0] + " cannot load its library: " + e);
      System.exit(NO_WORKER);
    }
  }

  private static void boot(String name, WorkerFolder folder) throws IOException {
    Address address = Address.read(folder);
    byte[] token = Files.readAllBytes(folder.token());
    long pid = OwnIds.pid();
    // First of all the watch: from here on the parent's end is this JVM's end, whatever happens.
    FrameChannel control = dial(address, folder, Hello.Role.CONTROL, token, pid);
    ClassFetcher fetcher = new ClassFetcher(control);
    ParentWatch watch = ParentWatch.start(control, folder, fetcher);
    ShippedClasses.serveLibrary(fetcher);
    FrameChannel data = dial(address, folder, Hello.Role.DATA, token, pid);
    Files.deleteIfExists(folder.token());
    Signals.ignoreTerminalInterrupt();
    ExitNote.leaveIn(folder);
    Ledger ledger = Ledger.open(folder.ledger());
    JvmState fresh = JvmState.now();
    data.write(FrameType.READY, pid);
    new TaskLoop(name, pid, data, ledger, watch, fetcher, folder, fresh).start();
  }

  private static FrameChannel dial(
      Address address, WorkerFolder folder, Hello.Role role, byte[] token, long pid)
      throws IOException {
    // Made before, since the parent is patient with few that are silent.
    Packer hello = Hello.pack(role, token);
    FrameChannel frames = new FrameChannel(address.dial(folder));
    frames.write(FrameType.HELLO, pid, hello);
    return frames;
  }
}
