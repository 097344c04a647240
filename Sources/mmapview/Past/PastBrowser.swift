import Inspector

/// Keeps what a screen shows of the open file, and steps through it.
struct PastBrowser {
  private var past = Past()
  // The file that it is of.
  private var identity: [UInt64] = []
  // Where the cursor stood when the past was entered.
  private var presentCursor = 0

  /// What the screen shows of the past; `nil` for now.
  var view: PastView? {
    past.shown.map { shown in
      PastView(moment: shown.moment, steps: shown.steps, depth: past.depth, presentCursor: presentCursor)
    }
  }

  /// How far back it reaches, in words.
  var report: String { past.report }

  /// Keeps what is shown now, in the past too; another file has a past of its own.
  mutating func keep(_ interface: Interface, _ session: Session) {
    if let identity = session.sampledFile?.identity, identity != self.identity {
      if past.shown != nil {
        session.note(Event(.notice, ["Another file is open; the past was of the last one."]))
      }
      (past, self.identity) = (Past(follows: !self.identity.isEmpty), identity)
    }
    past.keep(interface, session)
  }

  /// Steps, and returns what is to be said of it; `interface` is what is shown now, or would be.
  mutating func step(
    _ step: PastStep, from interface: Interface, _ session: Session
  ) throws(CommandError) -> [String] {
    guard session.file != nil else { throw CommandError("no file is open, and there is no past") }
    switch step {
    case .back(let count):
      if past.shown == nil {
        presentCursor = session.view.cursor
        // What is left is kept, though the kernel has not answered for it yet.
        past.keep(interface, session, asIs: true)
      }
      let steps = past.stepBack(count)
      guard steps > 0 else { throw CommandError(past.end) }
      return steps < count || past.isAtEnd && past.hasForgotten ? [past.end] : []
    case .forward(let count):
      guard past.shown != nil else { throw CommandError("this is now; `[` or `back` steps back in the past") }
      past.stepForward(count)
    case .now: past.leave()
    }
    return []
  }
}
