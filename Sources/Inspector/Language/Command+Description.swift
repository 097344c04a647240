extension Command: CustomStringConvertible {
  /// The command as it is written in a script; to read it gives the command again.
  public var description: String { words.joined(separator: " ") }

  private var words: [String] {
    switch self {
    case .create(let path, let size, let isSparse, let isForced):
      ["create", Word.quote(path), Literal.describe(size: size)] + flag("sparse", isSparse) + flag("force", isForced)
    case .open(let path, let forWriting): ["open", Word.quote(path)] + flag("write", forWriting)
    case .allocate(let byteCount, let times):
      ["allocate", Literal.describe(size: byteCount)] + flag("x\(times)", times != 1)
    case .write(let ranges, let pattern): ["write", "\(ranges)", Word.quote("\(pattern)")]
    case .read(let ranges, let offset, let length):
      ["read", "\(ranges)"] + (offset == 0 && length == nil ? [] : ["\(offset)"]) + (length.map { ["\($0)"] } ?? [])
    case .verify(let ranges): ["verify", "\(ranges)"]
    case .flush(let ranges): ["flush", "\(ranges)"]
    case .sync(let ranges): ["sync", "\(ranges)"]
    case .reuse(let ranges): ["reuse", "\(ranges)"]
    case .workers(let command): ["workers", "\(command)"]
    case .goto(let page): ["goto", "\(page)"]
    case .zoom(let step): ["zoom", step.word]
    case .select(let pages): ["select", pages.map(Self.text) ?? "none"]
    case .find(let target): ["find", "\(target)"]
    case .findAgain(let isBackward): ["find", isBackward ? "previous" : "next"]
    case .byte(let offset): ["byte", "0x" + hex(offset, width: 1)]
    case .layer(let layer): ["layer", "\(layer)"]
    case .theme(let theme): ["theme", "\(theme)"]
    case .status(let asJSON): ["status"] + flag("json", asJSON)
    case .kernel(let pages): ["kernel", Self.text(pages)]
    case .extents: ["extents"]
    case .users: ["users"]
    case .screen(let path, let isForced):
      ["screen"] + (path.map { [Word.quote($0)] } ?? []) + flag("force", isForced)
    case .say(let text): ["say", Word.quote(text)]
    case .expect(let expectation): ["expect"] + expectation.words
    case .record(let path, let isForced):
      ["record"] + (path.map { [Word.quote($0)] } ?? ["off"]) + flag("force", isForced)
    case .help(let verb): ["help"] + (verb.map { [Word.quote($0)] } ?? [])
    case .quit: ["quit"]
    }
  }

  fileprivate static func text(_ pages: ClosedRange<Int>) -> String {
    pages.count == 1 ? "\(pages.lowerBound)" : "\(pages.lowerBound)-\(pages.upperBound)"
  }

  private func flag(_ word: String, _ isSet: Bool) -> [String] { isSet ? [word] : [] }
}

extension Expectation {
  fileprivate var words: [String] {
    switch self {
    case .pages(let pages, let state): ["page", Command.text(pages), "\(state)"]
    case .size(let size): ["size", Literal.describe(size: size)]
    case .count(let state, let number): ["count", "\(state)", "\(number)"]
    case .bytes(let offset, let bytes): ["bytes", "\(offset)", bytes.map { hex($0, width: 2) }.joined()]
    case .kernel(let count, let number, let time):
      ["kernel", count.rawValue, "\(number.pages)\(number.isLeast ? "+" : "")"]
        + (time == .zero ? [] : ["within", Literal.describe(time: time)])
    case .error(let text, let command): ["error", Word.quote(text), "\(command)"]
    }
  }
}

extension ZoomStep {
  fileprivate var word: String {
    switch self {
    case .closer: "in"
    case .farther: "out"
    case .to(.fit): "fit"
    case .to(.pages(let count)): "\(count)"
    }
  }
}
