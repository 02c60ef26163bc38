package io.github.poolmap.examples.iovscpu;

/** What the tasks of a row of the demonstration do. */
enum TaskKind {
  /** They wait. */
  IO("io_costly"),
  /** They compute. */
  CPU("cpu_costly");

  private final String label;

  TaskKind(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }
}
