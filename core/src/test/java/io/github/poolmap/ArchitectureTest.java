package io.github.poolmap;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import java.util.stream.Collectors;

/** Who may know whom, class by class, and what is public. */
@AnalyzeClasses(packages = "io.github.poolmap", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String API = "io.github.poolmap";
  private static final String INTERNAL = "io.github.poolmap.internal.";

  private static final Set<String> DOORS =
      Set.of(
          "Pools",
          "SerialPool",
          "ThreadPool",
          "ProcessPool",
          "EnginePool",
          "PoolWorker",
          "PoolBuilder",
          "PoolObserver",
          "Trace");

  private static String outermost(JavaClass type) {
    return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type.getSimpleName());
  }

  private static final DescribedPredicate<JavaClass> ARE_DOORS =
      describe(
          "are doors",
          type -> type.getPackageName().equals(API) && DOORS.contains(outermost(type)));

  private static final DescribedPredicate<JavaClass> ARE_API_TYPES =
      describe(
          "are API types",
          type -> type.getPackageName().equals(API) && !DOORS.contains(outermost(type)));

  private static ArchRule knowsOnly(String name, String... packages) {
    String[] known = new String[packages.length + 1];
    known[0] = INTERNAL + name;
    for (int i = 0; i < packages.length; i++) {
      known[i + 1] = INTERNAL + packages[i];
    }
    return classes()
        .that()
        .resideInAPackage(INTERNAL + name)
        .should()
        .onlyDependOnClassesThat(
            ARE_API_TYPES
                .or(resideInAnyPackage(known))
                .or(describe("others", type -> !type.getPackageName().startsWith(API))));
  }

  @ArchTest static final ArchRule RUN_KNOWS_API_TYPES_ONLY = knowsOnly("run");
  @ArchTest static final ArchRule WIRE_KNOWS_API_TYPES_ONLY = knowsOnly("wire");
  @ArchTest static final ArchRule WORKER_KNOWS_WIRE = knowsOnly("worker", "wire");
  @ArchTest static final ArchRule OBSERVE_KNOWS_API_TYPES_ONLY = knowsOnly("observe");
  @ArchTest static final ArchRule PROCESS_KNOWS_RUN_AND_WIRE = knowsOnly("process", "run", "wire");

  @ArchTest
  static final ArchRule DOORS_KNOW_RUN_AND_PROCESS =
      noClasses()
          .that(ARE_DOORS)
          .should()
          .dependOnClassesThat(resideInAnyPackage(INTERNAL + "wire..", INTERNAL + "worker.."));

  @ArchTest
  static final ArchRule API_TYPES_KNOW_NOTHING_INTERNAL =
      noClasses()
          .that(ARE_API_TYPES)
          .should()
          .dependOnClassesThat(resideInAPackage(INTERNAL + "."));

  @ArchTest
  static final ArchRule NO_INTERNAL_KNOWS_A_DOOR =
      noClasses().that().resideInAPackage(INTERNAL + ".").should().dependOnClassesThat(ARE_DOORS);

  @ArchTest
  static final ArchRule WORKERS_START_WITHOUT_GUAVA_AND_LOGGING =
      noClasses()
          .that()
          .resideInAnyPackage(INTERNAL + "worker", INTERNAL + "wire")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.google.common..", "org.slf4j..", "java.util.logging..");

  @ArchTest
  static final ArchRule NO_CYCLES =
      slices().matching("io.github.poolmap.internal.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule THE_COMMON_POOL_IS_NEVER_USED =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.concurrent.ForkJoinPool");

  @ArchTest
  static final ArchRule GUAVA_IS_IN_NO_PUBLIC_SIGNATURE =
      methods()
          .that()
          .arePublic()
          .and()
          .areDeclaredInClassesThat()
          .resideInAPackage(API)
          .should()
          .notHaveRawReturnType(resideInAPackage("com.google.."))
          .andShould()
          .notHaveRawParameterTypes(
              describe(
                  "guava",
                  types ->
                      types.stream().anyMatch(t -> t.getPackageName().startsWith("com.google"))));

  @ArchTest
  static void thePublicTypesAre(JavaClasses all) {
    Set<String> names =
        all.stream()
            .filter(type -> type.getPackageName().equals(API))
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(type -> !type.getSimpleName().equals("package-info"))
            .map(type -> type.getName().substring(API.length() + 1))
            .collect(Collectors.toSet());
    assertThat(names)
        .containsExactlyInAnyOrder(
            "BiMapper",
            "CallTimeoutException",
            "Codec",
            "ContextCarrier",
            "Distribution",
            "Effect",
            "MapOptions",
            "Mapper",
            "NestedPoolException",
            "NotSerializableTaskException",
            "Outcome",
            "Pool",
            "PoolClosedException",
            "PoolException",
            "PoolInterruptedException",
            "PoolKind",
            "PoolListener",
            "PoolListener$Call",
            "PoolListener$Item",
            "PoolListener$Worker",
            "PoolMetrics",
            "PoolStats",
            "PoolStats$SlowItem",
            "PoolStats$Slot",
            "Pools",
            "Pools$Builder",
            "ProcessPool",
            "ProcessPool$Builder",
            "ProgressListener",
            "ProgressListener$Call",
            "ProgressListener$Progress",
            "SerialPool",
            "SerialPool$Builder",
            "Shared",
            "StartStrategy",
            "Task",
            "TaskException",
            "TaskTimeoutException",
            "ThreadPool",
            "ThreadPool$Builder",
            "Trace",
            "WorkerCrashedException",
            "WorkerCrashedException$Death",
            "WorkerCrashedException$Reason",
            "WorkerInfo",
            "WorkerLocal",
            "WorkerOutput",
            "WorkerProcess",
            "WorkerSpec",
            "WorkerStartException");
  }

  @ArchTest
  static final ArchRule THE_DOORS_TO_POOLS_ARE_FINAL =
      classes().that(ARE_DOORS).and().arePublic().should().haveModifier(JavaModifier.FINAL);
}
