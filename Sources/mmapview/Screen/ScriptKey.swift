import Inspector

/// What Space does to a script and to its captions, here and now; elsewhere it selects.
enum ScriptKey: String {
  /// Shows the caption after an earlier one.
  case goesForward = "goes forward"
  case goesOn = "goes on"
  case pauses

  /// `nil` where no script listens to it.
  init?(_ session: Session, _ interface: Interface) {
    if session.view.captions.isEarlier {
      self = .goesForward
    } else if interface.past != nil {
      return nil
    } else if let replay = interface.replay {
      self = replay.isPaused ? .goesOn : .pauses
    } else if session.isWaitingForKey {
      self = .goesOn
    } else if session.isResting, session.isAttended {
      self = .pauses
    } else {
      return nil
    }
  }
}
