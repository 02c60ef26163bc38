/** A parallel map over the caller's thread, over threads and over child JVMs. */
// Micrometer is no module by its own word, and optional.
@SuppressWarnings("requires-automatic")
module io.github.poolmap {
  requires com.google.common;
  requires java.management;
  // For signals in workers, and for records of modules that open nothing: there by reflection
  // alone,
  // and not in the module graph of a program unless somebody asks for it.
  requires jdk.unsupported;
  requires org.slf4j;
  requires static jdk.jfr;
  requires static me.tongfei.progressbar;
  requires static micrometer.core;
  requires static org.jspecify;

  exports io.github.poolmap;
}
