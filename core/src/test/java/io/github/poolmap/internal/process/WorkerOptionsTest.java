package io.github.poolmap.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerOptionsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-Da=b",
        "-Dempty",
        "-ea",
        "-ea:io.github...",
        "-da:x.Y",
        "-esa",
        "-enableassertions",
        "--add-opens=java.base/java.lang=ALL-UNNAMED",
        "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
        "--add-modules=java.sql",
        "--add-modules=ALL-SYSTEM",
        "--enable-native-access=ALL-UNNAMED",
        "--enable-preview"
      })
  void propertiesAssertionsAndModuleOptionsTravel(String option) {
    assertThat(WorkerOptions.inherited(List.of(option))).containsExactly(option);
  }

  /** Workers inherit the parent's debugger port, agents, JMX: not these. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-agentlib:jdwp=transport=dt_socket,server=y,address=5005",
        "-javaagent:agent.jar",
        "-agentpath:/lib/agent.so",
        "-Xrunjdwp:transport=dt_socket",
        "-Dcom.sun.management.jmxremote.port=9010",
        "-Xlog:gc:file=gc.log",
        "-Xmx8g",
        "-Xms8g",
        "-XX:+UseG1GC",
        "-XX:MaxRAMPercentage=90",
        "-XX:OnOutOfMemoryError=kill",
        "-Djava.class.path=x",
        "-Djdk.module.main=m",
        "-Dpoolmap.worker.shipLibrary=true",
        "--add-modules=of.the.program",
        "--add-opens=of.the.program/its.pack=ALL-UNNAMED",
        "--add-exports=of.the.program/its.pack=java.sql",
        "--add-reads=of.the.program=java.sql",
        "-Xshare:off"
      })
  void heapCollectorAgentsDebuggerJmxAndLogsStay(String option) {
    assertThat(WorkerOptions.inherited(List.of(option))).isEmpty();
    assertThat(WorkerOptions.inherited("  -Dkept=1 " + option)).isEqualTo("-Dkept=1");
  }

  /** The JVM warns of each module that it does not know. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --add-modules=java.sql,of.the.program,java.xml | --add-modules=java.sql,java.xml
          --add-modules=of.the.program,ALL-SYSTEM        | --add-modules=ALL-SYSTEM
          --add-opens=java.base/java.lang=of.the.program | --add-opens=java.base/java.lang=ALL-UNNAMED
          --add-opens=java.base/java.util=a.b,java.sql,c | --add-opens=java.base/java.util=ALL-UNNAMED,java.sql
          --add-exports=java.base/sun.nio.ch=a.b         | --add-exports=java.base/sun.nio.ch=ALL-UNNAMED
          --add-reads=java.base=a.b                      | --add-reads=java.base=ALL-UNNAMED
          --enable-native-access=a.b,ALL-UNNAMED         | --enable-native-access=ALL-UNNAMED
          """)
  void modulesOfTheProgramAreTheUnnamedOneOfWorkers(String option, String travelling) {
    assertThat(WorkerOptions.inherited(List.of(option))).containsExactly(travelling);
    assertThat(WorkerOptions.inherited("-Da=b \"" + option + "\""))
        .isEqualTo("-Da=b " + travelling);
    assertThat(WorkerOptions.inherited(List.of(travelling))).containsExactly(travelling);
  }

  @Test
  void theOptionsOfTheUserComeLast() {
    List<String> options = WorkerOptions.options(2, 0, List.of("-Xmx1g", "-Dmine=1"));
    assertThat(options)
        .endsWith("-Xmx1g", "-Dmine=1")
        .contains(
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:+DisplayVMOutputToStderr",
            "-XX:+UseCountedLoopSafepoints",
            "-XX:LoopStripMiningIter=1000");
  }

  @Test
  void eachWorkerSizesItselfForItsSliceOfTheMachine() {
    int cores = Runtime.getRuntime().availableProcessors();
    assertThat(WorkerOptions.options(1, 0, List.of()))
        .contains("-XX:ActiveProcessorCount=" + cores);
    assertThat(WorkerOptions.options(1000, 0, List.of()))
        .contains("-XX:ActiveProcessorCount=1", "-XX:MaxRAMPercentage=0.075");
    assertThat(WorkerOptions.options(2, 1 << 26, List.of()))
        .contains("-Xmx67108864")
        .noneMatch(option -> option.contains("RAMPercentage"));
  }

  @Test
  void anEmptyEntryOfTheClassPathIsTheCurrentFolder() {
    String here = Path.of("").toAbsolutePath().toString();
    String jar = Path.of("a.jar").toAbsolutePath().toString();
    String separator = File.pathSeparator;
    assertThat(WorkerOptions.absolute("a.jar" + separator)).containsExactly(jar, here);
    assertThat(WorkerOptions.absolute(separator + "a.jar")).containsExactly(here, jar);
    assertThat(WorkerOptions.absolute("a.jar" + separator + separator + "a.jar"))
        .containsExactly(jar, here, jar);
    assertThat(WorkerOptions.absolute("")).isEmpty();
  }

  @Test
  void theClassPathIsAbsoluteWithTheLibraryFirst() {
    List<String> path = WorkerOptions.classPath();
    assertThat(path).allMatch(entry -> Path.of(entry).isAbsolute()).doesNotHaveDuplicates();
    assertThat(path.get(0))
        .isEqualTo(
            Path.of(
                    WorkerOptions.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toString());
  }

  /** With many jars on the class path to search in all of them takes longer than the boot. */
  @Test
  void workersAreToldWhichClassOpensSockets() {
    assertThat(WorkerOptions.withSelectorProvider(List.of("-Xmx1g")))
        .containsExactly(
            "-Djava.nio.channels.spi.SelectorProvider="
                + SelectorProvider.provider().getClass().getName(),
            "-Xmx1g");
  }

  @ParameterizedTest
  @CsvSource({"1, 75.000", "16, 4.687", "7, 10.714", "75000, 0.001"})
  void theHeapIsAShareOfTheMemory(int workers, String share) {
    assumeThat(Runtime.getRuntime().availableProcessors()).isLessThanOrEqualTo(workers);
    assertThat(WorkerOptions.options(workers, 0, List.of()))
        .contains("-XX:MaxRAMPercentage=" + share);
  }
}
