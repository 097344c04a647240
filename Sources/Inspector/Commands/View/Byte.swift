struct ByteAction: ViewAction {
  let offset: Int

  static let verb = Verb(
    "byte", .offset, help: "move the cursor to a byte, by its offset in the file", example: "byte 0x1f80"
  ) { ByteAction(offset: $0) }

  var words: [String?] { ["byte", Literal.describe(offset: offset)] }
  func change(_ session: Session) throws(CommandError) {
    try session.openFile().requireByte(offset)
    session.view.move(toByte: offset)
  }
}

extension Command { package static func byte(offset: Int) -> Command { Command(ByteAction(offset: offset)) } }
