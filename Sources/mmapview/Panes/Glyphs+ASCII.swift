extension Glyphs {
  /// A text with the marks of ours that these glyphs have none for put into letters; what others wrote stays.
  func spell(_ text: String) -> String { separator.utf8.allSatisfy { $0 < 0x80 } ? text.inASCII : text }
}

extension String {
  private static let spellings: [Character: String] = [
    "…": "...", "·": "|", "←": "Left", "→": "Right", "↑": "Up", "↓": "Down",
  ]

  /// The text with our own marks put into letters, for terminals and formats that lack them.
  var inASCII: String { map { Self.spellings[$0] ?? String($0) }.joined() }
}
