/// What a range is filled with, as ``forms`` explains; every byte follows from its place, which makes it checkable.
package enum Pattern: Sendable, Equatable {
  case byte(UInt8)
  case counter
  case page
  case text(String)
  case random(seed: UInt64)
  case file(path: String)

  package struct Form: Sendable {
    package let usage: String
    package let meaning: String
    // What completion offers; a colon at its end wants more.
    let word: String?
  }

  package static let forms = [
    Form(usage: "0xNN", meaning: "one byte all over, 0x0 to 0xff", word: nil),
    Form(usage: "zero", meaning: "zeros", word: "zero"),
    Form(usage: "counter", meaning: "the low byte of each byte's offset in the file", word: "counter"),
    Form(usage: "page", meaning: "the page's number, as 8 bytes, least significant first, over and over", word: "page"),
    Form(usage: "text:STRING", meaning: "the text over and over, from the start of the range", word: "text:"),
    Form(
      usage: "random[:SEED]",
      meaning: "SplitMix64: the 8 bytes at offset o are output o / 8 of the generator with this seed", word: "random"),
    Form(
      usage: "file:PATH", meaning: "another file's bytes over and over, from the start of the range", word: "file:"),
  ]
}

extension Pattern: CustomStringConvertible {
  package init?(_ text: String) {
    let (name, argument) = Self.divide(text)
    switch (name, argument) {
    case ("zero", nil): self = .byte(0)
    case ("counter", nil): self = .counter
    case ("page", nil): self = .page
    case ("random", nil): self = .random(seed: 1)
    case ("random", let seed?):
      guard Literal.isDecimal(seed), let seed = UInt64(seed) else { return nil }
      self = .random(seed: seed)
    case ("text", let text?) where !text.isEmpty: self = .text(text)
    case ("file", let path?) where !path.isEmpty: self = .file(path: path)
    default:
      guard text.hasPrefix("0x") || text.hasPrefix("0X"), let byte = hexNumber(text.dropFirst(2), as: UInt8.self)
      else { return nil }
      self = .byte(byte)
    }
  }

  private static func divide(_ text: String) -> (name: String, argument: String?) {
    guard let colon = text.firstIndex(of: ":") else { return (text, nil) }
    return (String(text[..<colon]), String(text[text.index(after: colon)...]))
  }

  package var description: String {
    switch self {
    case .byte(0): "zero"
    case .byte(let byte): "0x" + hex(byte, width: 2)
    case .counter: "counter"
    case .page: "page"
    case .text(let text): "text:\(text)"
    case .random(let seed): "random:\(seed)"
    case .file(let path): "file:\(path)"
    }
  }
}
