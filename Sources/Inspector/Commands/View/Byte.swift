import RangedMmap

/// Moves the cursor to a byte, by its offset in the file.
package struct ByteAction: Action {
  let offset: Int

  static let verb = Verb(
    "byte", .offset, help: "move the cursor to a byte, by its offset in the file", example: "byte 0x1f80"
  ) { ByteAction(offset: $0) }

  package var words: [String] { ["byte", Literal.describe(offset: offset)] }
  package var isForLooking: Bool { true }
  package func perform(in session: Session) throws(CommandError) -> Event { try session.goto(byte: offset) }
}

extension Command {
  package static func byte(offset: Int) -> Command { Command(ByteAction(offset: offset)) }
}

extension Session {
  func goto(byte offset: Int) throws(CommandError) -> Event {
    let file = try openFile()
    guard offset < file.size else {
      throw CommandError("byte 0x\(hex(offset, width: 1)): the last byte is 0x\(hex(file.size - 1, width: 1))")
    }
    view.move(toByte: offset)
    return Event(.done, [])
  }
}
