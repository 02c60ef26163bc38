/** A program that uses the library as a module. */
module com.example.consumer {
  requires io.github.poolmap;
}
