/** A parallel map over the caller's thread, over threads and over child JVMs. */
module io.github.poolmap {
  requires com.google.common;
  requires java.management;
  // For signals in workers, and for records of modules that open nothing: there by reflection
  // alone,
  // and not in the module graph of a program unless somebody asks for it.
  requires jdk.unsupported;
  requires org.slf4j;
  requires static me.tongfei.progressbar;
  requires static org.jspecify;

  exports io.github.poolmap;
}
