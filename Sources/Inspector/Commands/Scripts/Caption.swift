/// Goes through the captions that were shown; nothing else changes.
struct CaptionAction: ReadOnlyAction {
  enum Step: String, Sendable, CaseIterable {
    case previous
    case next
    case last
  }

  let step: Step

  static let verb = Verb(
    "caption", .choice("step", Step.allCases),
    help: "show an earlier caption again, the one after it, or the last; nothing is undone; b for short",
    example: "caption previous"
  ) { CaptionAction(step: $0) }

  var words: [String?] { ["caption", step.rawValue] }

  func perform(in session: Session) throws(CommandError) -> Event {
    switch step {
    case .previous:
      guard session.view.captions.goBack() else {
        throw CommandError("caption previous: there is none before this one; `say \"TEXT\"` shows one")
      }
    case .next:
      guard session.view.captions.goForward() else {
        throw CommandError("caption next: this is the last one; the script shows the next when it comes to it")
      }
    case .last: session.view.captions.goToPresent()
    }
    return Event(.captionAgain, session.view.captions.current?.text.captionLines ?? [])
  }
}

extension Command {
  package static let previousCaption = Command(CaptionAction(step: .previous))
  package static let nextCaption = Command(CaptionAction(step: .next))
}
