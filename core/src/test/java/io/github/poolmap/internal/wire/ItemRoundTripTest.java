package io.github.poolmap.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Items made of anything arrive as they left: class, contents, order, and which of their parts are
 * the same object. One message holds several.
 */
class ItemRoundTripTest {

  private static final ClassLoader LOADER = ItemRoundTripTest.class.getClassLoader();

  @Property(tries = 10_000, edgeCases = EdgeCasesMode.NONE)
  void aMessageOfAnythingArrivesAsItLeft(@ForAll long seed) throws Exception {
    AnyValue any = new AnyValue(seed);
    Object[] items = {any.next(1), any.next(3), any.next(5)};
    ItemWriter writer = new ItemWriter();
    Packer message = ChunkMessage.begin(1, true, false);
    for (int i = 0; i < items.length; i++) {
      ChunkMessage.append(message, writer, 0, items[i], null);
    }
    ChunkMessage read = ChunkMessage.read(ByteBuffer.wrap(message.toByteArray()));
    ItemReader reader = new ItemReader(new KnownClasses(LOADER));
    for (int i = 0; i < items.length; i++) {
      assertThat(read.nextPosition()).isEqualTo(i);
      ByteBuffer item = read.item(reader);
      boolean tagged = item.get(item.position()) != Tags.SERIALIZED;
      assertThat(Alike.difference(items[i], reader.read(item), tagged)).as("item %s", i).isNull();
    }
    assertThat(read.hasNext()).isFalse();
  }

  /** What is read from a mapped outbox or a direct buffer has no array. */
  @Property(tries = 3_000, edgeCases = EdgeCasesMode.NONE)
  void anObjectInADirectBufferArrivesAsItLeft(@ForAll long seed) throws Exception {
    Object value = new AnyValue(seed).next(4);
    Packer packer = new Packer(1);
    ObjectCodec.encode(packer, value, "value");
    ByteBuffer direct = ByteBuffer.allocateDirect(packer.size());
    direct.put(packer.toByteArray()).flip();
    boolean tagged = direct.get(0) != Tags.SERIALIZED;
    assertThat(Alike.difference(value, ObjectCodec.decode(direct, LOADER), tagged)).isNull();
  }
}
