package io.github.poolmap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Archives of the classes of workers, as programs make and use them that have the library's jar.
 */
@EnabledOnOs(OS.LINUX)
class BootArchiveTest {

  @TempDir private static Path home;

  private static Path library;

  /** Below a folder that is there. */
  @TempDir private Path caches;

  private Path folder() {
    return caches.resolve("poolmap");
  }

  /** Maps in a fresh worker and prints with which archive that has been booted. */
  static final class Program {

    private Program() {}

    public static void main(String[] args) {
      try (Pool<Object, Object> pool =
          ProcessPool.builder().workers(1).startStrategy(StartStrategy.spawn()).build()) {
        List<String> options = pool.map(x -> archive(), List.of(1));
        System.out.println("booted with " + options);
      }
    }

    private static String archive() {
      return java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
          .filter(option -> option.startsWith("-XX:SharedArchiveFile="))
          .findFirst()
          .orElse("none");
    }
  }

  @BeforeAll
  static void packTheLibrary() throws Exception {
    library = home.resolve("poolmap-core.jar");
    Path classes = Path.of(Pools.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (OutputStream file = Files.newOutputStream(library);
        JarOutputStream jar = new JarOutputStream(file);
        Stream<Path> all = Files.walk(classes)) {
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        jar.putNextEntry(new JarEntry(classes.relativize(each).toString()));
        Files.copy(each, jar);
        jar.closeEntry();
      }
    }
  }

  /** Has an archive that has been made before. */
  private Path copyOfArchive() throws Exception {
    Path made = home.resolve("made");
    if (!Files.isDirectory(made)) {
      assertThat(run()).isEqualTo("booted with [none]");
      Path archive = awaitArchive();
      Files.createDirectory(made);
      Files.copy(archive, made.resolve(archive.getFileName()));
      return archive;
    }
    Files.createDirectory(
        folder(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try (Stream<Path> all = Files.list(made)) {
      Path archive = all.findFirst().orElseThrow();
      return Files.copy(archive, folder().resolve(archive.getFileName()));
    }
  }

  @AfterEach
  void openTheFolder() throws IOException {
    awaitMakers();
    if (Files.isDirectory(folder())) {
      Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void anArchiveIsMadeAfterTheFirstUseAndThenUsed() throws Exception {
    Path archive = copyOfArchive();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())))
        .isEqualTo("rwx------");
    assertThat(run()).contains(archive.toString());
  }

  /** A JVM that maps a truncated archive crashes before it can say a word. */
  @Test
  void aWorkerBootsInSpiteOfADamagedArchive() throws Exception {
    Path archive = copyOfArchive();
    Files.setPosixFilePermissions(archive, PosixFilePermissions.fromString("rw-------"));
    try (FileChannel file = FileChannel.open(archive, StandardOpenOption.WRITE)) {
      file.truncate(file.size() / 2);
    }
    String first = run();
    // Newer JVMs see it and go without; older ones crash, and the worker is launched again.
    if (first.equals("booted with [none]")) {
      assertThat(archive).doesNotExist();
      assertThat(run()).isEqualTo("booted with [none]");
      awaitMakers();
      assertThat(archive).doesNotExist();
      // It may have been a bad moment.
      Path refusal = folder().resolve(archive.getFileName().toString().replace(".jsa", ".refused"));
      Files.setLastModifiedTime(refusal, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
      assertThat(run()).isEqualTo("booted with [none]");
      assertThat(awaitArchive()).isEqualTo(archive);
    } else {
      assertThat(first).contains(archive.toString());
    }
    assertThat(files()).noneMatch(file -> file.contains("hs_err"));
  }

  @Test
  void whatOthersMayHaveWrittenIsNotUsed() throws Exception {
    Path archive = copyOfArchive();
    for (String permissions : List.of("rwxr-xr-x", "rwx-w----")) {
      Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString(permissions));
      assertThat(run()).as(permissions).isEqualTo("booted with [none]");
    }
    Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwx------"));
    Path elsewhere = Files.move(archive, caches.resolve("elsewhere.jsa"));
    Files.createSymbolicLink(archive, elsewhere);
    assertThat(run()).isEqualTo("booted with [none]");
  }

  @Test
  void programsThatEndTogetherMakeOneArchive() throws Exception {
    List<Process> programs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      programs.add(start());
    }
    for (Process each : programs) {
      assertThat(output(each)).isEqualTo("booted with [none]");
    }
    Path archive = awaitArchive();
    assertThat(run()).contains(archive.toString());
    awaitMakers();
    assertThat(files()).filteredOn(file -> file.endsWith(".jsa")).hasSize(1);
    assertThat(files()).noneMatch(file -> file.endsWith(".tmp"));
  }

  @Test
  void whatElseIsInTheFolderStays() throws Exception {
    Files.createDirectory(
        folder(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    List<String> others = List.of("draft.tmp", "17-notes.tmp", "17-abc123.txt", "mine.refused");
    for (String each : others) {
      Files.createFile(folder().resolve(each));
    }
    assertThat(run()).isEqualTo("booted with [none]");
    awaitArchive();
    assertThat(files()).containsAll(others);
  }

  @Test
  void whereThereIsNoRoomForArchivesWorkersBootWithout() throws Exception {
    Files.createFile(folder());
    assertThat(run()).isEqualTo("booted with [none]");
    Files.delete(folder());
    assertThat(run("-Dpoolmap.archive=off")).isEqualTo("booted with [none]");
    // Nobody is asked to make one, so there is nothing to wait for.
    assertThat(folder()).doesNotExist();
  }

  /** As that of a user whose home has an accent, for a program that runs in the locale "C". */
  @Test
  void aWorkerBootsWhereTheNameOfTheFolderIsNotOfTheLocale() throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("env", "LC_ALL=C", "sh", "-c"));
    command.add("XDG_CACHE_HOME=$(printf '/caf\\303\\251') exec \"$@\"");
    command.add("sh");
    // Where users keep such files.
    command.addAll(command("-Dpoolmap.archive="));
    Process program =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    assertThat(output(program)).isEqualTo("booted with [none]");
  }

  private String run(String... options) throws Exception {
    return output(start(options));
  }

  private Process start(String... options) throws IOException {
    return new ProcessBuilder(command(options))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private List<String> command(String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Dpoolmap.archive=" + folder());
    command.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", library + ":" + System.getProperty("java.class.path")));
    command.add(Program.class.getName());
    return command;
  }

  /** The last line of what a program prints, when it has ended. */
  private static String output(Process program) throws Exception {
    String all = new String(program.getInputStream().readAllBytes(), UTF_8);
    assertThat(program.waitFor()).as(all).isZero();
    return all.strip().lines().filter(line -> line.startsWith("booted")).findFirst().orElse(all);
  }

  private Path awaitArchive() throws IOException {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> files().stream().anyMatch(file -> file.endsWith(".jsa")));
    awaitMakers();
    return folder()
        .resolve(files().stream().filter(file -> file.endsWith(".jsa")).findFirst().orElseThrow());
  }

  private static void awaitMakers() {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                ProcessHandle.allProcesses()
                    .noneMatch(
                        process ->
                            process
                                .info()
                                .commandLine()
                                .filter(line -> line.contains(home.toString()))
                                .isPresent()));
  }

  private List<String> files() throws IOException {
    if (!Files.isDirectory(folder())) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder())) {
      return all.map(file -> file.getFileName().toString()).toList();
    }
  }
}
