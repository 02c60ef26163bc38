// A process pool at the prompt. From the folder of the clone:
//
//   mvn -q -DskipTests package
//   jshell --class-path examples/target/poolmap-examples.jar examples/src/main/jshell/process-pool.jsh

import io.github.poolmap.*;

int held = 0;
void check(boolean holds, String claim) {
  System.out.println((holds ? "ok     " : "WRONG  ") + claim);
  held += holds ? 1 : 0;
}

Pools pools = Pools.create();
Pool<Object, Object> pool = pools.processes(2);

// A lambda of a snippet runs in worker JVMs, which fetch its class from JShell.
long here = ProcessHandle.current().pid();
List<Long> pids = pool.map(x -> ProcessHandle.current().pid(), List.of(1, 2, 3, 4));
System.out.println("JShell runs snippets in process " + here + ", the tasks ran in " + new TreeSet<>(pids));
check(!pids.contains(here), "tasks run in processes of their own");

// It may use variables, methods, records and classes of the session.
int factor = 3;
int scaled(int x) { return factor * x; }
record Scaled(int input, int output) implements Serializable {}
List<Scaled> three = pool.map(x -> new Scaled(x, scaled(x)), List.of(1, 2));
System.out.println("factor 3: " + three);
check(three.equals(List.of(new Scaled(1, 3), new Scaled(2, 6))), "methods and records of the session work there");

// A variable has the value in the workers that it has when the call begins.
factor = 5;
List<Scaled> five = pool.map(x -> new Scaled(x, scaled(x)), List.of(1, 2));
System.out.println("factor 5: " + five);
check(five.equals(List.of(new Scaled(1, 5), new Scaled(2, 10))), "a changed variable is seen by the next call");

// What a task assigns to a variable stays in its worker.
int counter = 0;
pool.forEach(x -> counter++, List.of(1, 2, 3));
System.out.println("counter: " + counter);
check(counter == 0, "what tasks assign stays in the workers");

// A task that ends its JVM costs one item; JShell goes on.
for (Outcome<Integer, Integer> outcome : pool.mapOutcomes(x -> {
      if (x == 2) {
        System.exit(1);
      }
      return scaled(x);
    }, List.of(1, 2, 3))) {
  System.out.println(outcome.input() + ": " + (outcome.isSuccess()
      ? outcome.value()
      : ((WorkerCrashedException) outcome.failure()).reason()));
  check(outcome.isSuccess() == (outcome.input() != 2), "item " + outcome.input() + " ended as it should");
}

// What cannot be sent is named.
Thread unsendable = Thread.currentThread();
try {
  pool.map(x -> unsendable.getName(), List.of(1));
} catch (NotSerializableTaskException e) {
  System.out.println(e.getMessage());
  check(e.getMessage().contains("variable unsendable"), "the variable that cannot be sent is named");
}

pools.close();
/exit held == 8 ? 0 : 1
