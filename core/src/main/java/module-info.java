/** A parallel map over the caller's thread, over threads and over child JVMs. */
module io.github.poolmap {
  requires com.google.common;
  requires java.management;
  requires org.slf4j;
  requires static org.jspecify;

  exports io.github.poolmap;
}
