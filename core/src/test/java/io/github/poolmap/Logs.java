package io.github.poolmap;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What the library logs while this is open, which then does not appear on the console. */
public final class Logs implements AutoCloseable {

  private final Logger logger = (Logger) LoggerFactory.getLogger("io.github.poolmap");
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

  public Logs() {
    appender.start();
    logger.addAppender(appender);
    logger.setAdditive(false);
  }

  /** Returns the messages of this level so far. */
  public List<String> messages(Level level) {
    return List.copyOf(appender.list).stream()
        .filter(event -> event.getLevel() == level)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  @Override
  public void close() {
    logger.setAdditive(true);
    logger.detachAppender(appender);
    appender.stop();
  }
}
