package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/** The values of {@code java.time} that have tags. */
final class TimeValues {

  private TimeValues() {}

  static void write(Packer to, int tag, Object value) {
    switch (tag) {
      case Tags.INSTANT -> {
        Instant instant = (Instant) value;
        to.putLong(instant.getEpochSecond()).putInt(instant.getNano());
      }
      case Tags.DURATION -> {
        Duration duration = (Duration) value;
        to.putLong(duration.getSeconds()).putInt(duration.getNano());
      }
      case Tags.PERIOD -> {
        Period period = (Period) value;
        to.putInt(period.getYears()).putInt(period.getMonths()).putInt(period.getDays());
      }
      case Tags.LOCAL_DATE -> putDate(to, (LocalDate) value);
      case Tags.LOCAL_TIME -> to.putLong(((LocalTime) value).toNanoOfDay());
      case Tags.LOCAL_DATE_TIME -> putDateTime(to, (LocalDateTime) value);
      case Tags.OFFSET_DATE_TIME -> {
        OffsetDateTime time = (OffsetDateTime) value;
        putDateTime(to, time.toLocalDateTime());
        to.putInt(time.getOffset().getTotalSeconds());
      }
      case Tags.ZONED_DATE_TIME -> {
        ZonedDateTime time = (ZonedDateTime) value;
        putDateTime(to, time.toLocalDateTime());
        to.putInt(time.getOffset().getTotalSeconds()).putString(time.getZone().getId());
      }
      default -> throw new IllegalArgumentException("tag " + tag);
    }
  }

  private static void putDate(Packer to, LocalDate date) {
    to.putInt(date.getYear()).putByte(date.getMonthValue()).putByte(date.getDayOfMonth());
  }

  private static void putDateTime(Packer to, LocalDateTime time) {
    putDate(to, time.toLocalDate());
    to.putLong(time.toLocalTime().toNanoOfDay());
  }

  static Object read(ByteBuffer from, int tag) throws IOException {
    try {
      return switch (tag) {
        case Tags.INSTANT ->
            Instant.ofEpochSecond(Unpacker.longInteger(from), Unpacker.integer(from));
        case Tags.DURATION ->
            Duration.ofSeconds(Unpacker.longInteger(from), Unpacker.integer(from));
        case Tags.PERIOD ->
            Period.of(Unpacker.integer(from), Unpacker.integer(from), Unpacker.integer(from));
        case Tags.LOCAL_DATE -> date(from);
        case Tags.LOCAL_TIME -> LocalTime.ofNanoOfDay(Unpacker.longInteger(from));
        case Tags.LOCAL_DATE_TIME -> dateTime(from);
        case Tags.OFFSET_DATE_TIME -> OffsetDateTime.of(dateTime(from), offset(from));
        case Tags.ZONED_DATE_TIME -> {
          LocalDateTime time = dateTime(from);
          ZoneOffset offset = offset(from);
          ZoneId zone = ZoneId.of(String.valueOf(Unpacker.string(from)));
          // Where clocks are set back the offset says which of two it is.
          yield ZonedDateTime.ofLocal(time, zone, offset);
        }
        default -> throw new ProtocolException("time of unknown tag " + tag);
      };
    } catch (DateTimeException | ArithmeticException e) {
      throw new IOException("no such time: " + e.getMessage(), e);
    }
  }

  private static LocalDate date(ByteBuffer from) throws ProtocolException {
    int year = Unpacker.integer(from);
    return LocalDate.of(year, Unpacker.smallInteger(from), Unpacker.smallInteger(from));
  }

  private static LocalDateTime dateTime(ByteBuffer from) throws ProtocolException {
    LocalDate date = date(from);
    return LocalDateTime.of(date, LocalTime.ofNanoOfDay(Unpacker.longInteger(from)));
  }

  private static ZoneOffset offset(ByteBuffer from) throws ProtocolException {
    return ZoneOffset.ofTotalSeconds(Unpacker.integer(from));
  }
}
