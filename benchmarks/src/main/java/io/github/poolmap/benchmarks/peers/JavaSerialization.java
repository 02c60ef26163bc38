package io.github.poolmap.benchmarks.peers;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;

/** Plain Java serialization of items, a stream for each thousand of them, within one JVM. */
public final class JavaSerialization {

  private static final int CHUNK = 1_000;

  private JavaSerialization() {}

  /** Writes and reads all items twice, as those that travel to a process and back are. */
  public static <T> List<T> thereAndBack(List<T> items) throws IOException, ClassNotFoundException {
    List<T> results = new ArrayList<>(items.size());
    for (int from = 0; from < items.size(); from += CHUNK) {
      List<T> chunk = items.subList(from, Math.min(items.size(), from + CHUNK));
      results.addAll(copy(copy(chunk)));
    }
    return results;
  }

  private static <T> List<T> copy(List<T> items) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      for (T item : items) {
        out.writeObject(item);
      }
    }
    List<T> copies = new ArrayList<>(items.size());
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      for (int i = 0; i < items.size(); i++) {
        @SuppressWarnings("unchecked") // written above
        T copy = (T) in.readObject();
        copies.add(copy);
      }
    }
    return copies;
  }
}
