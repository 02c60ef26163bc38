package io.github.poolmap.internal.wire;

/** The kinds of frames, with their direction, socket and payload. */
public enum FrameType {
  /** Worker to parent, both: the first frame. Id: pid. Payload: {@link Hello}. */
  HELLO,
  /** Worker to parent, data: boot is over. Id: pid. */
  READY,
  /** Parent to worker, data: what to do before the first task. Id: worker. See {@link Start}. */
  START,
  /** Worker to parent, data: that has been done. Id: worker. Payload: {@link Started}. */
  STARTED,
  /** Parent to worker, data: forget the pool. Id: worker. Payload: {@link Reset}. */
  RESET,
  /** Worker to parent, data: that has been done. Id: worker. Payload: {@link Leftovers}. */
  RESET_DONE,
  /** Parent to worker, data. Id: function. Payload: {@link FunctionMessage}. */
  FUNCTION,
  /** Parent to worker, data. Id: chunk. Payload: {@link ChunkMessage}. */
  CHUNK,
  /** Worker to parent, data: outcomes are in the outbox. Id: chunk. Payload: {@link Progress}. */
  DOORBELL,
  /** Worker to parent, data: an outcome that the outbox has no room for. Id: chunk. */
  OUTCOME,
  /**
   * Worker to parent, data: nothing of this chunk runs any more. Id: chunk. Payload: as DOORBELL.
   */
  CHUNK_END,
  /** Parent to worker, control: interrupt an item. Id: chunk. Payload: {@link Cancel}. */
  CANCEL,
  /** Parent to worker, control: exit. */
  BYE,
  /**
   * Worker to parent, control: it lacks a class or resource. Id: request. See {@link ClassRequest}.
   */
  CLASS_REQUEST,
  /** Parent to worker, control: the answer. Id: request. Payload: {@link ClassReply}. */
  CLASS_REPLY;

  private static final FrameType[] ALL = values();

  byte code() {
    return (byte) (ordinal() + 1);
  }

  static FrameType ofCode(byte code) throws ProtocolException {
    if (code < 1 || code > ALL.length) {
      throw new ProtocolException("frame of unknown type " + code);
    }
    return ALL[code - 1];
  }
}
