package io.github.poolmap.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.poolmap.NotSerializableTaskException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands around the values of items, there and back. */
class ItemBytesTest {

  private static ByteBuffer written(Packer packer) {
    return ByteBuffer.wrap(packer.toByteArray());
  }

  private static Object decode(ByteBuffer from) throws Exception {
    return ObjectCodec.decode(from, ItemBytesTest.class.getClassLoader());
  }

  private static ItemReader reader() {
    return new ItemReader(new KnownClasses(ItemBytesTest.class.getClassLoader()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 252, 253, 254, 255, 256, 70_000})
  void lengthsOnBothSidesOfTheShortFormAreRead(int length) throws Exception {
    for (boolean large : new boolean[] {false, true}) {
      Packer packer = new Packer(4).putByte(9);
      byte[] bytes = new byte[length];
      Arrays.fill(bytes, (byte) length);
      int start = Sized.begin(packer, large);
      packer.putBytes(bytes);
      Sized.end(packer, start);
      packer.putByte(7);
      ByteBuffer read = written(packer);
      assertThat(read.get()).isEqualTo((byte) 9);
      assertThat(Sized.read(read)).isEqualTo(length);
      assertThat(Unpacker.bytes(read, length)).isEqualTo(bytes);
      assertThat(read.get()).isEqualTo((byte) 7);
    }
  }

  @Test
  void noLengthIsBelieved() {
    for (byte[] bytes : new byte[][] {{}, {2, 1}, {-2, 0}, {-1, 0, 0}, {-1, -1, -1, -1, -1, 5}}) {
      assertThatExceptionOfType(ProtocolException.class)
          .isThrownBy(() -> Sized.read(ByteBuffer.wrap(bytes)));
    }
  }

  @Test
  void itemsKeepTheirPositionsBesideThoseThatWereLeftOut() throws Exception {
    Packer packer = ChunkMessage.begin(5, true, false);
    ItemWriter writer = new ItemWriter();
    ChunkMessage.append(packer, writer, 0, "first", null);
    int size = packer.size();
    assertThatExceptionOfType(NotSerializableTaskException.class)
        .isThrownBy(() -> ChunkMessage.append(packer, writer, 0, new Object(), null));
    assertThat(packer.size()).as("as before").isEqualTo(size);
    ChunkMessage.append(packer, writer, 2, new byte[1000], null);
    ChunkMessage.append(packer, writer, 0, null, null);
    ChunkMessage message = ChunkMessage.read(written(packer));
    assertThat(message.functionId()).isEqualTo(5);
    assertThat(message.goesOn()).isTrue();
    assertThat(message.timed()).isFalse();
    List<Object> read = new ArrayList<>();
    ItemReader reader = reader();
    while (message.hasNext()) {
      read.add(message.nextPosition());
      read.add(reader.read(message.item(reader)));
    }
    assertThat(read).containsExactly(0, "first", 3, new byte[1000], 4, null);
  }

  @Test
  void whatIsNotReadOfAnItemIsNotTakenForTheNext() throws Exception {
    Packer packer = ChunkMessage.begin(5, true, false);
    ItemWriter writer = new ItemWriter();
    ChunkMessage.append(packer, writer, 0, "unread", null);
    ChunkMessage.append(packer, writer, 0, 8, null);
    ChunkMessage message = ChunkMessage.read(written(packer));
    ItemReader reader = reader();
    message.nextPosition();
    message.item(reader).get();
    assertThat(message.nextPosition()).isEqualTo(1);
    assertThat(reader.read(message.item(reader))).isEqualTo(8);
    assertThat(message.hasNext()).isFalse();
  }

  @Test
  void outcomesTellTheirPositionsOnlyWhereTheyMust() throws Exception {
    Packer all = new Packer(16);
    int last = -1;
    for (int position : new int[] {0, 1, 5, 6}) {
      Packer one = new Packer(16);
      int start =
          Outcome.begin(
              one, position, position == last + 1, Outcome.Kind.VALUE, position * 10L, position);
      ObjectCodec.encode(one, position, "result");
      Outcome.end(one, start);
      all.write(one.array(), 0, one.size());
      last = position;
    }
    Outcome.Reader reader = new Outcome.Reader(written(all), -1);
    List<Object> read = new ArrayList<>();
    while (reader.hasNext()) {
      reader.next();
      assertThat(reader.kind()).isEqualTo(Outcome.Kind.VALUE);
      assertThat(reader.nanos()).isEqualTo(reader.position() * 10L);
      assertThat(decode(reader.contents())).isEqualTo(reader.position());
      read.add(reader.position());
    }
    assertThat(read).containsExactly(0, 1, 5, 6);
  }

  @Test
  void anOutcomeThatHasToStandAloneGetsItsPosition() throws Exception {
    for (Object value : new Object[] {"short", "long".repeat(100), new byte[300]}) {
      Packer one = new Packer(16);
      int start = Outcome.begin(one, 7, true, Outcome.Kind.VALUE, 3, value);
      ObjectCodec.encode(one, value, "result");
      Outcome.end(one, start);
      Outcome.complete(one, 7, new ItemWriter());
      Outcome.Reader reader = new Outcome.Reader(written(one), -1);
      reader.next();
      assertThat(reader.position()).isEqualTo(7);
      assertThat(reader.nanos()).isEqualTo(3);
      assertThat(decode(reader.contents())).isEqualTo(value);
      assertThat(reader.hasNext()).isFalse();
    }
  }

  private enum Colour {
    RED,
    GREEN
  }

  @Test
  void classesAreNamedOnceUnlessAnItemHasToStandAlone() throws Exception {
    Packer packer = ChunkMessage.begin(5, true, false);
    ItemWriter writer = new ItemWriter();
    ChunkMessage.append(packer, writer, 0, Colour.RED, null);
    int size = packer.size();
    ChunkMessage.append(packer, writer, 1, Colour.RED, null);
    assertThat(packer.size()).as("without the name").isLessThan(size + 8);
    ChunkMessage message = ChunkMessage.read(written(packer));
    ItemReader reader = reader();
    for (int position : new int[] {0, 2}) {
      assertThat(message.nextPosition()).isEqualTo(position);
      assertThat(reader.read(message.item(reader))).isEqualTo(Colour.RED);
    }
    assertThat(message.hasNext()).isFalse();
  }

  @Test
  void anOutcomeThatHasToStandAloneBringsAllItsClassesAlong() throws Exception {
    ItemWriter writer = new ItemWriter();
    writer.write(new Packer(16), Colour.RED, "result of another outcome", null);
    for (Object value : new Object[] {Colour.RED, Colour.GREEN}) {
      Packer one = new Packer(16);
      int defined = writer.definitions();
      int start = Outcome.begin(one, 1, true, Outcome.Kind.VALUE, 0, value);
      writer.write(one, value, "result", null);
      Outcome.end(one, start, writer, defined);
      Outcome.complete(one, 1, writer);
      Outcome.Reader outcome = new Outcome.Reader(written(one), -1);
      outcome.next();
      ItemReader reader = reader();
      outcome.define(reader);
      assertThat(outcome.position()).isEqualTo(1);
      assertThat(reader.read(outcome.contents())).isEqualTo(value);
      assertThat(outcome.hasNext()).isFalse();
    }
  }

  @Test
  void anOutcomeOfUnknownKindIsRefused() {
    for (int head : new int[] {3, 32, -128}) {
      Outcome.Reader reader =
          new Outcome.Reader(ByteBuffer.wrap(new byte[] {(byte) head, 1, 0}), -1);
      assertThatExceptionOfType(ProtocolException.class).isThrownBy(reader::next);
    }
  }

  /** A hundred lists within each other, each as long as all that is left. */
  @Test
  void whatIsNestedCannotAnnounceTheSameBytesAgainAndAgain() {
    Packer packer = new Packer(8_000);
    for (int depth = 0; depth < Tags.DEEPEST; depth++) {
      packer.putByte(Tags.ARRAY_LIST).putCount(5_000);
    }
    packer.putBytes(new byte[6_000]);
    ItemReader reader = ItemReader.alone(new KnownClasses(null));
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> reader.read(ByteBuffer.wrap(packer.toByteArray())))
        .withMessageContaining("10000 elements announced");
  }
}
