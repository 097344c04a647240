import RangedMmap

/// What a word of a command can be: how usages call it, what it means, and which words there are.
///
/// The parser reads by it, and completion, help and the manual are made from it.
package struct ArgumentKind: Sendable {
  /// The word that stands for it in a usage: `SIZE`.
  package let name: String
  /// What errors call it: `size`.
  let noun: String
  /// How it is written, in a line; `nil` where its name says all.
  package let meaning: String?
  let source: Source

  /// Where completion finds the words that can stand there.
  enum Source: Sendable {
    case unknown
    case words([String])
    case verbs
    case labels
    case pages
    case targets
    case marks
    case processes
    case patterns
    case paths
    /// `name=value`, the value of another kind.
    indirect case options([(name: String, kind: ArgumentKind)])
  }

  init(_ name: String, _ noun: String, _ meaning: String? = nil, from source: Source = .unknown) {
    self.name = name
    self.noun = noun
    self.meaning = meaning
    self.source = source
  }

  /// One of a few words, which the usage lists unless there is a name for them.
  init(oneOf words: [String], _ noun: String, name: String? = nil) {
    self.init(
      name ?? words.joined(separator: "|"), noun, name.map { _ in words.joined(separator: ", ") },
      from: .words(words))
  }

  static func keyword(_ word: String) -> ArgumentKind { ArgumentKind(oneOf: [word], "word") }
}

extension ArgumentKind {
  static let path = ArgumentKind("PATH", "path", "a file; in \"…\" if its name has blanks", from: .paths)
  static let size = ArgumentKind("SIZE", "size", "bytes, or a number with k, m, g, t (binary) or p (pages), as in 64k")
  static let offset = ArgumentKind("OFFSET", "offset", "a SIZE, or a hexadecimal number as in 0x1000")
  static let length = ArgumentKind("LENGTH", "length", "a SIZE, or a hexadecimal number")
  static let times = ArgumentKind("xN", "number of times", "how many times, as in x4")
  static let range = ArgumentKind(
    "RANGE", "range", "r3, r1..r4, selected, or all that it can be done with", from: .labels)
  static let pattern = ArgumentKind(
    "PATTERN", "pattern", Pattern.forms.map(\.usage).joined(separator: ", "), from: .patterns)
  static let page = ArgumentKind("PAGE", "page", "the number of a page; the first is 0")
  static let pages = ArgumentKind(
    "PAGES", "page", "the number of a page, several as in 0-15, or selected", from: .pages)
  static let state = ArgumentKind(
    "STATE", "state",
    PageState.allCases.map(\.word).joined(separator: ", ")
      + "; `flushed`, the library's name for durable, is taken too",
    from: .words(PageState.allCases.map(\.word)))
  static let number = ArgumentKind("N", "number")
  static let leastNumber = ArgumentKind("N[+]", "number of pages", "16, or 16+ for at least so many")
  static let leastSize = ArgumentKind(
    "SIZE[+]", "number", "16, or 4k, or 4k+ for at least so many: of faults, of pages, or bytes")
  static let time = ArgumentKind("TIME", "time", "500us, 20ms or 2s")
  static let speed = ArgumentKind("SPEED", "speed", "0.01 to 100, as in 2 or 0.5; 1 is as it is written")
  static let text = ArgumentKind("\"TEXT\"", "text", "a text in \"…\", with \\\" \\\\ \\n \\t \\xNN")
  static let bytes = ArgumentKind("HEX", "bytes", "bytes as pairs of hexadecimal digits, as in a5a5")
  static let command = ArgumentKind("COMMAND", "command", "any command with its arguments", from: .verbs)
  static let verb = ArgumentKind("VERB", "command", "the first word of a command", from: .verbs)

  static func options(_ options: [(name: String, kind: ArgumentKind)]) -> ArgumentKind {
    ArgumentKind(
      options.map { "[\($0.name)=\($0.kind.name)]" }.joined(separator: " "), "option", from: .options(options))
  }
}
