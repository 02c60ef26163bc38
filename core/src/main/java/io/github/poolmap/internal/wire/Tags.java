package io.github.poolmap.internal.wire;

/** The first byte of an object: how to read the others. */
final class Tags {

  static final int NULL = 0;
  static final int SERIALIZED = 1;

  // ---- values: they have no identity that anybody should rely on

  static final int INTEGER = 2;
  static final int LONG = 3;
  static final int DOUBLE = 4;
  static final int TRUE = 5;
  static final int FALSE = 6;
  static final int LATIN_STRING = 7;
  static final int WIDE_STRING = 8;
  static final int BYTE = 9;
  static final int SHORT = 10;
  static final int CHARACTER = 11;
  static final int FLOAT = 12;
  static final int BIG_INTEGER = 13;
  static final int BIG_DECIMAL = 14;
  static final int UNIQUE_ID = 15;
  static final int INSTANT = 16;
  static final int DURATION = 17;
  static final int PERIOD = 18;
  static final int LOCAL_DATE = 19;
  static final int LOCAL_TIME = 20;
  static final int LOCAL_DATE_TIME = 21;
  static final int OFFSET_DATE_TIME = 22;
  static final int ZONED_DATE_TIME = 23;
  static final int ENUM = 24;
  static final int PATH = 25;
  static final int CONSTANT = 26;

  /** The last of the values. */
  static final int LAST_VALUE = CONSTANT;

  // ---- the rest may be met a second time in the same item

  static final int REFERENCE = 30;

  static final int BYTES = 31;
  static final int BOOLEANS = 32;
  static final int SHORTS = 33;
  static final int CHARS = 34;
  static final int INTS = 35;
  static final int LONGS = 36;
  static final int FLOATS = 37;
  static final int DOUBLES = 38;
  static final int MAPPED = 39;
  static final int OBJECTS = 40;
  static final int RECORD = 41;

  static final int ARRAY_LIST = 50;
  static final int LINKED_LIST = 51;
  static final int ARRAY_DEQUE = 52;
  static final int HASH_SET = 53;
  static final int LINKED_HASH_SET = 54;
  static final int TREE_SET = 55;
  static final int LIST_OF = 56;
  static final int LIST_OF_NULLABLE = 57;
  static final int SET_OF = 58;
  static final int AS_LIST = 59;
  static final int SINGLETON_LIST = 60;
  static final int SINGLETON_SET = 61;

  static final int HASH_MAP = 70;
  static final int LINKED_HASH_MAP = 71;
  static final int ACCESS_ORDERED_MAP = 72;
  static final int TREE_MAP = 73;
  static final int MAP_OF = 74;
  static final int SINGLETON_MAP = 75;
  static final int ENTRY = 76;
  static final int IMMUTABLE_ENTRY = 77;

  /** Made by the pool's {@code Codec}; alone, not within another object. */
  static final int CUSTOM = 90;

  /** Objects nested deeper than this are left to Java serialization. */
  static final int DEEPEST = 100;

  private Tags() {}
}
