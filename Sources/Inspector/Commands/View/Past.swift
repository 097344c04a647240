/// A step through what the screen has shown; nothing is undone by it.
package enum PastStep: Sendable, Equatable {
  case back(Int)
  case forward(Int)
  case now
}

struct BackAction: PastAction {
  let count: Int?

  static let verb = Verb(
    "back", .optional(.steps), help: "show what was shown N steps before; nothing is undone", example: "back 3"
  ) { BackAction(count: $0) }

  var words: [String?] { ["back", count.map(String.init)] }
  var step: PastStep { .back(count ?? 1) }
}

struct ForwardAction: PastAction {
  let count: Int?

  static let verb = Verb(
    "forward", .optional(.steps), help: "in the past: show what was shown N steps later", example: "forward 3"
  ) { ForwardAction(count: $0) }

  var words: [String?] { ["forward", count.map(String.init)] }
  var step: PastStep { .forward(count ?? 1) }
}

struct NowAction: PastAction {
  static let verb = Verb("now", help: "leave the past: show what is now", example: "now") { NowAction() }

  var words: [String?] { ["now"] }
  var step: PastStep { .now }
}

protocol PastAction: ReadOnlyAction { var step: PastStep { get } }

extension PastAction {
  func perform(in session: Session) throws(CommandError) -> Event {
    guard let stepInPast = session.host.stepInPast else {
      throw CommandError("\(words[0] ?? ""): nothing is drawn here, and nothing was shown before")
    }
    return Event(.done, try stepInPast(step), isMeasured: true)
  }

  // What was shown is of the moment, and of one screen.
  func recorded(by session: Session, isRacing: Bool) -> RecordedForm { .nothing }
}

extension Parameter where Value == Int {
  fileprivate static var steps: Self {
    Parameter(ArgumentKind("N", "number of steps")) { word, what throws(SyntaxError) in
      try Literal.count(word, what)
    }
  }
}

extension Command {
  package static func step(inPast step: PastStep) -> Command {
    switch step {
    case .back(let count): Command(BackAction(count: count == 1 ? nil : count))
    case .forward(let count): Command(ForwardAction(count: count == 1 ? nil : count))
    case .now: Command(NowAction())
    }
  }

  /// Why it is not carried out while the past is shown.
  package static let refusalInPast = "this is the past; `now` or Esc goes back to now"

  /// Whether it can be done while the past is shown: it neither acts on the file nor shows what is now.
  package var worksInPast: Bool {
    switch action {
    case is ZoomAction, is ByteAction: false
    case is any ViewAction, is any PastAction, is HelpAction, is Setting, is BindKeyAction, is SayAction, is NoteAction,
      is CaptionAction, is ScreenAction, is PauseAction, is StopAction, is QuitAction:
      true
    // What it tries is refused by itself.
    case let expectation as Expectation where expectation.isAttempt: true
    default: false
    }
  }
}
