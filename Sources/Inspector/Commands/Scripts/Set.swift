/// Something that can be set to be done in another way.
package enum Setting: Sendable, Equatable {
  case pattern(Pattern)
  /// How many times faster than written a script's pauses go by.
  case speed(Speed)
  /// Whether no glyphs outside ASCII are drawn.
  case ascii(Bool)
  /// Whether a file that takes the name of the open one is opened in its place.
  case follow(Bool)
  case pane(OptionalPane, isShown: Bool)
  /// Whether all is drawn large, for a hall.
  case big(Bool)
  /// Whether the presenter's notes are shown.
  case notes(Bool)
  /// Whether all that an act costs is shown.
  case cost(Bool)
  /// Whether it is watched which pages are stored to.
  case exact(Bool)

  enum Switch: String, Sendable, CaseIterable {
    case on
    case off
  }
}

extension Setting: ReadOnlyAction {
  static let verb = Verb(
    "set", help: "how things are done from now on", example: "set pattern random:7",
    forms: [
      Form("pattern", .pattern) { Setting.pattern($0) },
      Form("speed", .speed) { Setting.speed($0) },
      Form("ascii", .choice("answer", Switch.allCases)) { Setting.ascii($0 == Switch.on) },
      Form("follow", .choice("answer", Switch.allCases)) { Setting.follow($0 == Switch.on) },
      Form("bytes", .choice("answer", Switch.allCases)) { Setting.pane(.bytes, isShown: $0 == Switch.on) },
      Form("log", .choice("answer", Switch.allCases)) { Setting.pane(.log, isShown: $0 == Switch.on) },
      Form("page", .choice("answer", Switch.allCases)) { Setting.pane(.page, isShown: $0 == Switch.on) },
      Form("big", .choice("answer", Switch.allCases)) { Setting.big($0 == Switch.on) },
      Form("notes", .choice("answer", Switch.allCases)) { Setting.notes($0 == Switch.on) },
      Form("cost", .choice("answer", Switch.allCases)) { Setting.cost($0 == Switch.on) },
      Form("exact", .choice("answer", Switch.allCases)) { Setting.exact($0 == Switch.on) },
      Form("layer", .choice("layer", Layer.allCases)) { LayerAction(layer: $0) },
      Form("theme", .choice("theme", Theme.allCases)) { ThemeAction(theme: $0) },
      Form("zoom", .zoom) { ZoomAction(step: .to($0)) },
    ])

  package var words: [String?] {
    switch self {
    case .pattern(let pattern): ["set", "pattern", Word.quote("\(pattern)")]
    case .speed(let speed): ["set", "speed", "\(speed)"]
    case .ascii(let isOn): ["set", "ascii", "\(isOn ? Switch.on : .off)"]
    case .follow(let isOn): ["set", "follow", "\(isOn ? Switch.on : .off)"]
    case .pane(let pane, let isShown): ["set", "\(pane)", "\(isShown ? Switch.on : .off)"]
    case .big(let isOn): ["set", "big", "\(isOn ? Switch.on : .off)"]
    case .notes(let isOn): ["set", "notes", "\(isOn ? Switch.on : .off)"]
    case .cost(let isOn): ["set", "cost", "\(isOn ? Switch.on : .off)"]
    case .exact(let isOn): ["set", "exact", "\(isOn ? Switch.on : .off)"]
    }
  }

  package func perform(in session: Session) throws(CommandError) -> Event {
    switch self {
    case .pattern(let pattern): session.view.pattern = pattern
    case .speed(let speed): session.scripts.speed = speed
    case .ascii(let isOn): session.view.isASCII = isOn
    case .follow(let isOn): session.document.followsName = isOn
    case .pane(let pane, let isShown): session.view.show(pane, isShown)
    case .big(let isOn): session.view.isBig = isOn
    case .notes(let isOn): session.view.showsNotes = isOn
    case .cost(let isOn): session.view.showsCosts = isOn
    case .exact(let isOn): return try session.setExact(isOn)
    }
    return Event(.done, [])
  }

  package func recorded(by session: Session, isRacing: Bool) -> RecordedForm {
    if case .speed = self { return .remark("pauses are recorded as long as they were") }
    // An audience that sees the recording is not to see the notes.
    if case .notes = self { return .remark("whoever plays it shows the notes with --notes") }
    return .command(Command(self))
  }
}

extension Command { package static func set(_ setting: Setting) -> Command { Command(setting) } }
