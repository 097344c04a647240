import RangedMmap

extension Command: CustomStringConvertible {
  /// The command as it is written, always in the same way: read again it is the same command.
  package var description: String { words.joined(separator: " ") }

  private var words: [String] {
    switch self {
    case .create(let path, let size, let isSparse, let isForced):
      ["create", Word.quote(path), Literal.describe(size: size)] + flag(isSparse, "sparse") + flag(isForced, "force")
    case .open(let path, let forWriting, let isAwaited):
      ["open", Word.quote(path)] + flag(forWriting, "write") + flag(isAwaited, "wait")
    case .allocate(let byteCount, let times):
      ["allocate", Literal.describe(pages: byteCount)] + flag(times != 1, "x\(times)")
    case .write(let ranges, let pattern): ["write", "\(ranges)", Word.quote("\(pattern)")]
    case .read(let ranges, let offset, let length):
      ["read", "\(ranges)"] + flag(offset > 0 || length != nil, Literal.describe(offset: offset))
        + (length.map { [Literal.describe(size: $0)] } ?? [])
    case .verify(let ranges): ["verify", "\(ranges)"]
    case .flush(let ranges): ["flush", "\(ranges)"]
    case .sync(let ranges): ["sync", "\(ranges)"]
    case .reuse(let ranges): ["reuse", "\(ranges)"]
    case .split(let ranges, let position, let rounding):
      ["split", "\(ranges)", Literal.describe(pages: position)] + flag(rounding != .up, "\(rounding)")
    case .workers(let command): ["workers", "\(command)"]
    case .goto(let page): ["goto", "\(page)"]
    case .zoom(let step): ["zoom", "\(step)"]
    case .select(let pages): ["select", pages.map(Literal.describe(pages:)) ?? "none"]
    case .find(let target): ["find", "\(target)"]
    case .findAgain(let isBackward): ["find", isBackward ? "previous" : "next"]
    case .byte(let offset): ["byte", Literal.describe(offset: offset)]
    case .layer(let layer): ["layer", "\(layer)"]
    case .theme(let theme): ["theme", "\(theme)"]
    case .status(let asJSON): ["status"] + flag(asJSON, "json")
    case .page(let page): ["page"] + (page.map { ["\($0)"] } ?? [])
    case .kernel(let pages, let asJSON):
      ["kernel", pages.map(Literal.describe(pages:)) ?? "all"] + flag(asJSON, "json")
    case .extents(let asJSON): ["extents"] + flag(asJSON, "json")
    case .users(let asJSON): ["users"] + flag(asJSON, "json")
    case .watch(let pages, let asJSON, let time):
      ["watch"] + (pages.map { [Literal.describe(pages: $0)] } ?? []) + flag(asJSON, "json")
        + (time.map { ["for", Literal.describe(time: $0)] } ?? [])
    case .screen(let path, let isForced):
      ["screen"] + (path.map { [Word.quote($0)] + flag(isForced, "force") } ?? [])
    case .say(let text): ["say", Word.inQuotes(text)]
    case .pause(let time): ["pause"] + (time.map { [Literal.describe(time: $0)] } ?? [])
    case .source(let path): ["source", Word.quote(path)]
    case .outside(let words): ["outside"] + words.map(Word.quote)
    case .set(let setting): ["set", "\(setting)"]
    case .expect(let expectation): ["expect", "\(expectation)"]
    case .record(let path, let isForced):
      ["record"] + (path.map { [Word.quote($0)] + flag(isForced, "force") } ?? ["off"])
    case .help(let verb): ["help"] + (verb.map { [Word.quote($0)] } ?? [])
    case .quit: ["quit"]
    }
  }

  private func flag(_ isThere: Bool, _ word: String) -> [String] { isThere ? [word] : [] }
}

extension ZoomStep: CustomStringConvertible {
  /// The step as it is written in a command.
  package var description: String {
    switch self {
    case .closer: "in"
    case .farther: "out"
    case .to(.fit): "fit"
    case .to(.pages(let count)): "\(count)"
    }
  }
}

extension Setting: CustomStringConvertible {
  /// The setting as it is written in a command.
  package var description: String {
    switch self {
    case .pattern(let pattern): "pattern " + Word.quote("\(pattern)")
    case .speed(let speed): "speed \(speed)"
    case .ascii(let isOn): "ascii \(isOn ? Switch.on : .off)"
    case .follow(let isOn): "follow \(isOn ? Switch.on : .off)"
    }
  }
}

extension Expectation: CustomStringConvertible {
  /// The expectation as it is written in a command.
  package var description: String {
    switch self {
    case .pages(let pages, let state): "page \(Literal.describe(pages: pages)) \(state)"
    case .size(let size): "size \(Literal.describe(size: size))"
    case .count(let state, let number): "count \(state) \(number)"
    case .bytes(let offset, let bytes):
      "bytes \(Literal.describe(offset: offset)) " + bytes.map { hex($0, width: 2) }.joined()
    case .kernel(let count, let number, let pages, let time):
      "kernel " + (pages.map { Literal.describe(pages: $0) + " " } ?? "")
        + "\(count) \(number.pages)\(number.isLeast ? "+" : "")"
        + (time > .zero ? " within \(Literal.describe(time: time))" : "")
    case .extents(let pages, let kind): "extent \(Literal.describe(pages: pages)) \(kind)"
    case .error(let text, .command(let command)): "error \(Word.inQuotes(text)) \(command)"
    case .error(let text, .refused(let words, _)):
      "error \(Word.inQuotes(text)) " + words.map(Word.quote).joined(separator: " ")
    }
  }
}

extension Literal {
  /// A size in pages where that is short and exact, else in the largest unit that is.
  static func describe(pages size: Int) -> String {
    size % Alignment.page == 0 && size < 1 << 20 ? "\(size / Alignment.page)p" : describe(size: size)
  }

  /// An offset, in hexadecimal.
  static func describe(offset: Int) -> String { offset == 0 ? "0" : "0x" + hex(offset, width: 1) }

  /// `N` or `N-M`.
  static func describe(pages: ClosedRange<Int>) -> String {
    pages.lowerBound == pages.upperBound ? "\(pages.lowerBound)" : "\(pages.lowerBound)-\(pages.upperBound)"
  }
}
