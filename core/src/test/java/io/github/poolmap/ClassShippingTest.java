package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.github.poolmap.Compiled.MemoryLoader;
import io.github.poolmap.internal.worker.ShippedLoader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Classes and resources that workers lack come from the class loaders of the program. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ClassShippingTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private static final String POINT =
      """
      package shipped;
      public record Point(int x, int y) implements java.io.Serializable {}
      """;

  private static final String MIRROR =
      """
      package shipped;
      public class Mirror implements io.github.poolmap.Mapper<Object, Object> {
        static int calls;
        public Object map(Object input) throws Exception {
          calls++;
          if (input instanceof Point p) {
            return new Point(p.y(), p.x());
          }
          ClassLoader loader = Thread.currentThread().getContextClassLoader();
          return switch (input.toString()) {
            case "calls" -> calls;
            case "text" -> new String(loader.getResourceAsStream("some/text").readAllBytes());
            case "url" -> new String(loader.getResource("some/text").openStream().readAllBytes());
            case "absent" -> String.valueOf(loader.getResource("no/such/text"));
            case "own" -> Mirror.class.getResourceAsStream("Point.class").readAllBytes().length;
            case "where" -> Mirror.class.getPackage().getName()
                + " " + Mirror.class.getProtectionDomain().getCodeSource().getLocation();
            case "services" -> java.util.ServiceLoader.load(Runnable.class).stream()
                .map(each -> each.type().getName()).toList();
            case "missing" -> Class.forName("shipped.Absent");
            default -> {
              Mirror.class.getDeclaredMethod("map", Object.class);
              Thread thread = new Thread(() -> result = new Helper().help());
              thread.start();
              thread.join();
              yield result;
            }
          };
        }
        static volatile Object result;
      }
      """;

  private static final String HELPER =
      """
      package shipped;
      public class Helper implements Runnable {
        public String help() { return "helped by " + Thread.currentThread().getContextClassLoader(); }
        public void run() {}
      }
      """;

  private static Compiled compiled;
  private static Pool<Object, Object> pool;

  @TempDir Path home;

  @BeforeAll
  static void compile() throws IOException {
    compiled = Compiled.of(POINT, MIRROR, HELPER);
    pool = ProcessPool.builder().workers(1).build();
  }

  @AfterAll
  static void close() {
    pool.close();
  }

  private static MemoryLoader loader() {
    Map<String, byte[]> files = new HashMap<>(compiled.files());
    files.put("some/text", "hello".getBytes(StandardCharsets.UTF_8));
    return new MemoryLoader(files);
  }

  @SuppressWarnings("unchecked")
  private static Mapper<Object, Object> mirror(MemoryLoader loader) {
    return loader.make(Mapper.class, "shipped.Mirror");
  }

  @Test
  void aClassCompiledInMemoryWorksAndItsObjectsTravelBothWays() throws Exception {
    MemoryLoader loader = loader();
    Object point =
        loader.loadClass("shipped.Point").getConstructor(int.class, int.class).newInstance(1, 2);
    List<Object> results = pool.map(mirror(loader), List.of(point, "thread"));
    assertThat(results.get(0).getClass()).isSameAs(point.getClass());
    assertThat(results.get(0)).hasToString("Point[x=2, y=1]");
    assertThat(results.get(1)).asString().startsWith("helped by");
  }

  @Test
  void resourcesComeFromTheProgramAsWell() {
    MemoryLoader loader = loader();
    Thread.currentThread().setContextClassLoader(loader);
    assertThat(pool.map(mirror(loader), List.of("text", "url", "absent", "own")))
        .containsExactly(
            "hello", "hello", "null", compiled.files().get("shipped/Point.class").length);
  }

  @Test
  void allResourcesOfANameAreThoseOfBothSidesEachOnce(@TempDir Path folder) throws Exception {
    compiled.writeTo(folder);
    Path services = Files.createDirectories(folder.resolve("META-INF").resolve("services"));
    Files.writeString(services.resolve("java.lang.Runnable"), "shipped.Helper");
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {folder.toUri().toURL()}, ClassShippingTest.class.getClassLoader())) {
      Thread.currentThread().setContextClassLoader(loader);
      Mapper<Object, Object> mirror = make(loader);
      assertThat(pool.apply(() -> mirror.map("services"))).isEqualTo(List.of("shipped.Helper"));
      assertThat(pool.apply(() -> mirror.map("where")))
          .isEqualTo("shipped " + folder.toUri().toURL());
      // On the class path of both.
      String known = "org/junit/jupiter/api/Test.class";
      assertThat(
              pool.apply(
                  () ->
                      Collections.list(
                              Thread.currentThread().getContextClassLoader().getResources(known))
                          .size()))
          .isEqualTo(1);
    }
  }

  @SuppressWarnings("unchecked")
  private static Mapper<Object, Object> make(ClassLoader loader) throws Exception {
    return (Mapper<Object, Object>)
        loader.loadClass("shipped.Mirror").getDeclaredConstructor().newInstance();
  }

  @Test
  void aClassLoaderThatDoesNotAnswerIsNamedInTheError() {
    MemoryLoader silent =
        new MemoryLoader(compiled) {
          @Override
          public InputStream getResourceAsStream(String name) {
            return null;
          }

          @Override
          public String toString() {
            return "the loader that keeps its bytes";
          }
        };
    assertThatExceptionOfType(TaskException.class)
        .isThrownBy(() -> pool.map(mirror(silent), List.of("calls")))
        .withMessageContainingAll(
            "shipped.Mirror",
            "the loader that keeps its bytes",
            "getResourceAsStream(\"shipped/Mirror.class\") is null",
            "Put it on the class path");
  }

  /** A program may compile more into a class loader that workers have asked before. */
  @Test
  void aClassAndAResourceThatTheProgramHasLaterAreFound() {
    Map<String, byte[]> files = new HashMap<>(compiled.files());
    byte[] helper = files.remove("shipped/Helper.class");
    MemoryLoader growing = new MemoryLoader(files);
    Thread.currentThread().setContextClassLoader(growing);
    Mapper<Object, Object> find =
        name -> {
          ClassLoader loader = Thread.currentThread().getContextClassLoader();
          boolean isThere = loader.getResource("some/text") != null;
          return Class.forName((String) name, false, loader).getName() + " " + isThere;
        };
    assertThatExceptionOfType(TaskException.class)
        .isThrownBy(() -> pool.map(find, List.of("shipped.Helper")));
    assertThat(pool.map(find, List.of("shipped.Point"))).containsExactly("shipped.Point false");
    files.put("shipped/Helper.class", helper);
    files.put("some/text", new byte[0]);
    assertThat(pool.map(find, List.of("shipped.Helper"))).containsExactly("shipped.Helper true");
  }

  /** The one that loads the library outlives pools. */
  @Test
  void whatTheLibraryLacksIsAskedForAgainByTheNextCall() throws Exception {
    Map<String, byte[]> there = new HashMap<>();
    AtomicLong asked = new AtomicLong();
    ShippedLoader.Source source =
        new ShippedLoader.Source() {
          @Override
          public ShippedLoader.@Nullable Resource first(String name) {
            asked.incrementAndGet();
            byte[] bytes = there.get(name);
            return bytes == null ? null : new ShippedLoader.Resource("", bytes);
          }

          @Override
          public List<ShippedLoader.Resource> all(String name) {
            ShippedLoader.Resource found = first(name);
            return found == null ? List.of() : List.of(found);
          }

          @Override
          public String whyMissing(String name) {
            return "not yet";
          }
        };
    try (ShippedLoader loader = new ShippedLoader(ClassShippingTest.class.getClassLoader())) {
      loader.setSource(source);
      for (int i = 0; i < 3; i++) {
        assertThat(loader.getResource("late/text")).isNull();
        assertThat(loader.getResources("late/text").hasMoreElements()).isFalse();
      }
      assertThat(asked).as("once each").hasValue(2);
      there.put("late/text", new byte[1]);
      loader.forgetMissing();
      assertThat(loader.getResource("late/text")).isNotNull();
      assertThat(loader.getResources("late/text").hasMoreElements()).isTrue();
    }
  }

  @Test
  void aClassThatIsNowhereIsSaidByTheTask() {
    TaskException failure =
        catchThrowableOfType(
            TaskException.class, () -> pool.map(mirror(loader()), List.of("missing")));
    assertThat(failure.getCause())
        .isInstanceOf(ClassNotFoundException.class)
        .hasMessageContainingAll("shipped.Absent", "MemoryLoader");
  }

  @Test
  void aStrictPoolShipsNothingAndSaysSo() {
    try (Pool<Object, Object> strict =
        ProcessPool.builder().workers(1).shipClasses(false).build()) {
      assertThatExceptionOfType(TaskException.class)
          .isThrownBy(() -> strict.map(mirror(loader()), List.of("calls")))
          .withMessageContainingAll("shipped.Mirror", "shipClasses(false)");
      assertThat(strict.apply(() -> "what is on its class path")).isNotNull();
      assertThat(strict.stats().shippedClasses()).isZero();
    }
    try (Pools pools = Pools.create()) {
      pools.processes(b -> b.workers(1).shipClasses(false));
      assertThat(pools.processes(b -> b.workers(1)).map(mirror(loader()), List.of("calls")))
          .containsExactly(1);
    }
  }

  @Test
  void classesOfTheSameNameFromTwoLoadersDoNotMix() throws Exception {
    MemoryLoader first = new MemoryLoader(Compiled.of(answering("first")));
    MemoryLoader second = new MemoryLoader(Compiled.of(answering("second")));
    for (int i = 0; i < 3; i++) {
      assertThat(pool.map(answer(first), List.of(1))).containsExactly("first");
      assertThat(pool.map(answer(second), List.of(1))).containsExactly("second");
    }
  }

  /** Of lambdas the expression travels by its name, which these have in common. */
  @Test
  void lambdasOfTheSameNameFromTwoLoadersDoNotMix() throws Exception {
    MemoryLoader first = new MemoryLoader(Compiled.of(QUESTIONS, answering("first")));
    MemoryLoader second = new MemoryLoader(Compiled.of(QUESTIONS, answering("second")));
    for (int i = 0; i < 3; i++) {
      assertThat(pool.apply(question(first, i))).isEqualTo("first" + i);
      assertThat(pool.apply(question(second, i))).isEqualTo("second" + i);
      assertThat(pool.apply(question(first, -1))).isEqualTo("first");
      assertThat(pool.apply(question(second, -1))).isEqualTo("second");
    }
  }

  /** Gives lambdas: one that captures its number, or one that captures nothing. */
  private static final String QUESTIONS =
      """
      package shipped;
      import io.github.poolmap.Task;
      public class Questions implements java.util.function.IntFunction<Task<Object>> {
        public Task<Object> apply(int i) {
          return i < 0 ? () -> new Answer().map(null) : () -> "" + new Answer().map(null) + i;
        }
      }
      """;

  @SuppressWarnings("unchecked")
  private static Task<Object> question(MemoryLoader loader, int number) {
    return (Task<Object>) loader.make(IntFunction.class, "shipped.Questions").apply(number);
  }

  @Test
  void aLoaderWhoseLambdasWereSentIsNotKept() throws Exception {
    WeakReference<ClassLoader> loader = new WeakReference<>(sendLambdas());
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              // The lane still holds its latest call.
              pool.apply(() -> "another");
              System.gc();
              assertThat(loader.get()).isNull();
            });
  }

  private static ClassLoader sendLambdas() throws IOException {
    MemoryLoader loader = new MemoryLoader(Compiled.of(QUESTIONS, answering("an answer")));
    assertThat(pool.apply(question(loader, 1))).isEqualTo("an answer1");
    assertThat(pool.apply(question(loader, -1))).isEqualTo("an answer");
    return loader;
  }

  private static String answering(String text) {
    return """
        package shipped;
        public class Answer implements io.github.poolmap.Mapper<Object, Object> {
          public Object map(Object input) { return "%s"; }
        }
        """
        .formatted(text);
  }

  @SuppressWarnings("unchecked")
  private static Mapper<Object, Object> answer(MemoryLoader loader) {
    return loader.make(Mapper.class, "shipped.Answer");
  }

  @Test
  void aLoaderIsShippedOnceAndItsStaticsStayWithTheWorker() {
    MemoryLoader loader = loader();
    try (Pool<Object, Object> fresh = ProcessPool.builder().workers(1).build()) {
      assertThat(fresh.apply(() -> 1)).isEqualTo(1);
      assertThat(fresh.stats().shippedClasses()).isZero();
      assertThat(fresh.stats().toString()).doesNotContain("shipped");
      assertThat(fresh.map(mirror(loader), List.of("calls"))).containsExactly(1);
      PoolStats stats = fresh.stats();
      // The mirror, and the point that it knows.
      assertThat(stats.shippedClasses()).isEqualTo(2);
      assertThat(stats.shippedBytes())
          .isEqualTo(
              compiled.files().get("shipped/Mirror.class").length
                  + compiled.files().get("shipped/Point.class").length);
      assertThat(stats.toString()).contains("2 classes shipped");
      assertThat(fresh.map(mirror(loader), List.of("calls"))).containsExactly(2);
      assertThat(fresh.stats().shippedClasses()).isEqualTo(2);
    }
  }

  @Test
  void initializersAndTheCloseOfLocalsFetchClassesToo() throws Exception {
    Journal journal = new Journal(home.resolve("journal"));
    MemoryLoader loader =
        new MemoryLoader(
            Compiled.of(
                """
                package shipped;
                public class Setup implements
                    io.github.poolmap.Effect<io.github.poolmap.WorkerInfo> {
                  static String state;
                  public void accept(io.github.poolmap.WorkerInfo info) { state = new Late().say(); }
                }
                """,
                """
                package shipped;
                public class Late { public String say() { return "set"; } }
                """,
                """
                package shipped;
                public class Last {
                  public static void say(String file) throws java.io.IOException {
                    java.nio.file.Files.writeString(java.nio.file.Path.of(file), "closed\\n");
                  }
                }
                """,
                """
                package shipped;
                public class Local implements io.github.poolmap.Task<Object> {
                  static final io.github.poolmap.WorkerLocal<AutoCloseable> LOCAL =
                      io.github.poolmap.WorkerLocal.withInitial(() ->
                          () -> Last.say(System.getProperty("journal.file")));
                  public Object run() { LOCAL.get(); return Setup.state; }
                }
                """));
    Effect<? super WorkerInfo> setup = effect(loader);
    Task<?> local = loader.make(Task.class, "shipped.Local");
    try (Pool<Object, Object> own =
        ProcessPool.builder()
            .workers(1)
            .jvmArgs("-Djournal.file=" + home.resolve("journal"))
            .initializer(setup)
            .build()) {
      assertThat(own.apply(local)).isEqualTo("set");
    }
    assertThat(journal.lines()).containsExactly("closed");
  }

  @SuppressWarnings("unchecked")
  private static Effect<? super WorkerInfo> effect(MemoryLoader loader) {
    return loader.make(Effect.class, "shipped.Setup");
  }

  @Test
  void anInterruptWhileAClassIsFetchedIsKeptAndHarmsNothing() {
    MemoryLoader slow =
        new MemoryLoader(compiled) {
          @Override
          public InputStream getResourceAsStream(String name) {
            if (name.contains("Helper")) {
              try {
                Thread.sleep(300);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            }
            return super.getResourceAsStream(name);
          }
        };
    Thread.currentThread().setContextClassLoader(slow);
    List<Object> results =
        pool.map(
            x -> {
              Thread self = Thread.currentThread();
              Thread other =
                  new Thread(
                      () -> {
                        while (self.getState() != Thread.State.TIMED_WAITING) {
                          Thread.onSpinWait();
                        }
                        self.interrupt();
                      });
              other.start();
              String helper =
                  Class.forName("shipped.Helper", true, self.getContextClassLoader()).getName();
              return helper + " " + Thread.interrupted();
            },
            List.of(1));
    assertThat(results).containsExactly("shipped.Helper true");
    assertThat(pool.apply(() -> "still there")).isEqualTo("still there");
  }

  @Test
  void aLoaderThatIsStuckHoldsUpNobodyElse() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    MemoryLoader stuck =
        new MemoryLoader(compiled) {
          @Override
          public InputStream getResourceAsStream(String name) {
            if (name.contains("Helper")) {
              asked.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                released.countDown();
              }
            }
            return super.getResourceAsStream(name);
          }
        };
    Pool<Object, Object> own = ProcessPool.builder().workers(2).build();
    Caller<Object> caller = Caller.of(() -> own.map(mirror(stuck), List.of("help")));
    assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(own.with(o -> o.chunkSize(1)).map(x -> x, PoolUnderTest.range(20))).hasSize(20);
    long start = System.nanoTime();
    own.terminate();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    assertThat(caller.failure(SOON)).isInstanceOf(PoolClosedException.class);
    assertThat(released.await(5, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aCallWhoseClassNeverComesCanBeCancelled() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    MemoryLoader stuck =
        new MemoryLoader(compiled) {
          @Override
          public InputStream getResourceAsStream(String name) {
            asked.countDown();
            try {
              end.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            return super.getResourceAsStream(name);
          }
        };
    try (Pool<Object, Object> own =
        ProcessPool.builder()
            .workers(1)
            .options(o -> o.gracePeriod(Duration.ofMillis(100)))
            .build()) {
      var future = own.mapAsync(mirror(stuck), List.of("calls"));
      assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
      future.cancel(true);
      assertThat(own.apply(() -> "next")).isEqualTo("next");
    } finally {
      end.countDown();
    }
  }

  @Test
  void whatALoaderThrowsIsTheFailureOfTheItem() {
    MemoryLoader failing =
        new MemoryLoader(compiled) {
          @Override
          public InputStream getResourceAsStream(String name) {
            if (name.contains("Helper")) {
              Thread.currentThread().interrupt();
              throw new StackOverflowError("no bytes today");
            }
            return super.getResourceAsStream(name);
          }
        };
    Thread.currentThread().setContextClassLoader(failing);
    assertThat(
            catchThrowable(
                () ->
                    pool.apply(
                        () ->
                            Class.forName(
                                "shipped.Helper",
                                true,
                                Thread.currentThread().getContextClassLoader()))))
        .hasMessageContainingAll("shipped.Helper", "no bytes today");
    assertThat(pool.apply(() -> "still there")).isEqualTo("still there");
  }

  @Test
  void whyAClassThatCodeRefersToCouldNotBeLoadedIsInTheMessage() throws Exception {
    Compiled referring =
        Compiled.of(
            HELPER,
            """
            package shipped;
            public class Referring implements io.github.poolmap.Mapper<Object, Object> {
              public Object map(Object input) { return new Helper().help(); }
            }
            """);
    MemoryLoader failing =
        new MemoryLoader(referring) {
          @Override
          public InputStream getResourceAsStream(String name) {
            if (name.contains("Helper")) {
              throw new IllegalStateException("no bytes today");
            }
            return super.getResourceAsStream(name);
          }
        };
    Thread.currentThread().setContextClassLoader(failing);
    @SuppressWarnings("unchecked")
    Mapper<Object, Object> function = failing.make(Mapper.class, "shipped.Referring");
    assertThatExceptionOfType(TaskException.class)
        .isThrownBy(() -> pool.map(function, List.of(1)))
        .withMessageContainingAll("NoClassDefFoundError", "class loader", "no bytes today")
        .withCauseInstanceOf(NoClassDefFoundError.class);
  }

  @Test
  void anEndlessResourceIsRefused() {
    MemoryLoader endless =
        new MemoryLoader(compiled) {
          @Override
          public InputStream getResourceAsStream(String name) {
            if (!name.equals("endless")) {
              return super.getResourceAsStream(name);
            }
            return new InputStream() {
              @Override
              public int read() {
                return 0;
              }

              @Override
              public int read(byte[] target, int offset, int length) {
                return length;
              }
            };
          }
        };
    Thread.currentThread().setContextClassLoader(endless);
    assertThat(
            pool.apply(
                () ->
                    Thread.currentThread().getContextClassLoader().getResource("endless") == null))
        .isEqualTo(true);
  }

  @Test
  void exceptionsOfShippedClassesArriveAsThemselves() throws Exception {
    MemoryLoader loader =
        new MemoryLoader(
            Compiled.of(
                """
                package shipped;
                public class Problem extends Exception {}
                """,
                """
                package shipped;
                public class Failing implements io.github.poolmap.Task<Object> {
                  public Object run() throws Exception { throw new Problem(); }
                }
                """));
    Task<?> failing = loader.make(Task.class, "shipped.Failing");
    TaskException failure = catchThrowableOfType(TaskException.class, () -> pool.apply(failing));
    assertThat(failure.getCause().getClass()).isSameAs(loader.loadClass("shipped.Problem"));
  }

  @Test
  void manyThreadsFetchAtATime() throws Exception {
    String[] sources = new String[40];
    for (int i = 0; i < sources.length; i++) {
      String base = i == 0 ? "" : " extends C" + (i - 1);
      sources[i] = "package shipped; public class C" + i + base + " {}";
    }
    MemoryLoader loader = new MemoryLoader(Compiled.of(sources));
    Thread.currentThread().setContextClassLoader(loader);
    Object loaded =
        pool.apply(
            () -> {
              ClassLoader there = Thread.currentThread().getContextClassLoader();
              return IntStream.range(0, 40)
                  .mapToObj(
                      i -> {
                        FutureTask<Integer> load =
                            new FutureTask<>(
                                () -> {
                                  Class<?> type = Class.forName("shipped.C" + i, true, there);
                                  int depth = 0;
                                  while (type != Object.class) {
                                    type = type.getSuperclass();
                                    depth++;
                                  }
                                  return depth;
                                });
                        new Thread(load).start();
                        return load;
                      })
                  .toList()
                  .stream()
                  .mapToInt(
                      load -> {
                        try {
                          return load.get(20, TimeUnit.SECONDS);
                        } catch (Exception e) {
                          throw new IllegalStateException(e);
                        }
                      })
                  .sum();
            });
    assertThat(loaded).isEqualTo(820);
  }

  @Test
  void workersOfWorkersGetWhatTheirParentHasFetched() throws Exception {
    MemoryLoader loader =
        new MemoryLoader(
            Compiled.of(
                """
                package shipped;
                public class Inner implements io.github.poolmap.Mapper<Object, Object> {
                  public Object map(Object input) throws Exception {
                    return new String(Thread.currentThread().getContextClassLoader()
                        .getResourceAsStream("shipped/Inner.class").readNBytes(4), "ISO-8859-1");
                  }
                }
                """,
                """
                package shipped;
                import io.github.poolmap.*;
                public class Outer implements Task<Object> {
                  public Object run() {
                    try (Pool<Object, Object> pool =
                        ProcessPool.builder().workers(1).build()) {
                      return pool.map(new Inner(), java.util.List.of(1)).get(0);
                    }
                  }
                }
                """));
    Task<?> outer = loader.make(Task.class, "shipped.Outer");
    assertThat(pool.apply(outer)).isEqualTo("\u00ca\u00fe\u00ba\u00be");
  }

  @Test
  void aWorkerThatHearsNothingAnyMoreDoesNotHoldUpClose() throws Exception {
    CountDownLatch stopped = new CountDownLatch(1);
    AtomicLong pid = new AtomicLong();
    MemoryLoader large =
        new MemoryLoader(compiled) {
          @Override
          public InputStream getResourceAsStream(String name) {
            if (!name.equals("large")) {
              return super.getResourceAsStream(name);
            }
            try {
              new ProcessBuilder("kill", "-STOP", pid.toString()).start().waitFor();
            } catch (IOException | InterruptedException e) {
              throw new IllegalStateException(e);
            }
            stopped.countDown();
            return new ByteArrayInputStream(new byte[32 << 20]);
          }
        };
    Thread.currentThread().setContextClassLoader(large);
    Pool<Object, Object> own = ProcessPool.builder().workers(1).build();
    Object there =
        own.apply(
            () -> {
              ClassLoader loader = Thread.currentThread().getContextClassLoader();
              Thread fetch =
                  new Thread(
                      () -> {
                        while (System.getProperty("fetch") == null) {
                          Thread.onSpinWait();
                        }
                        loader.getResource("large");
                      });
              fetch.setDaemon(true);
              fetch.start();
              return ProcessHandle.current().pid();
            });
    pid.set((Long) there);
    own.apply(() -> System.setProperty("fetch", "now"));
    assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
    Caller<Void> closer = Caller.doing(own::close);
    closer.result(SOON);
  }

  @Test
  void aHiddenClassIsRefusedInTheCallersThread() throws Exception {
    byte[] bytes =
        Compiled.of(
                """
                package io.github.poolmap;
                public class Secret implements Task<Object> {
                  public Object run() { return "told"; }
                }
                """)
            .files()
            .get("io/github/poolmap/Secret.class");
    Class<?> type = MethodHandles.lookup().defineHiddenClass(bytes, true).lookupClass();
    Task<?> secret = (Task<?>) type.getDeclaredConstructor().newInstance();
    assertThatExceptionOfType(NotSerializableTaskException.class)
        .isThrownBy(() -> pool.apply(secret))
        .withMessageContainingAll("hidden class", "Secret");
  }
}
