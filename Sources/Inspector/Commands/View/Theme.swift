/// Gives the screen the colours for another kind of ground.
package struct ThemeAction: Action {
  let theme: Theme

  static let verb = Verb(
    "theme", .choice("theme", Theme.allCases), help: "the screen's colours, for a ground of this kind",
    example: "theme light"
  ) { ThemeAction(theme: $0) }

  package var words: [String] { ["theme", "\(theme)"] }
  package var isForLooking: Bool { true }

  package func perform(in session: Session) throws(CommandError) -> Event {
    session.view.theme = theme
    return Event(.done, [])
  }
}

extension Command {
  package static func theme(_ theme: Theme) -> Command { Command(ThemeAction(theme: theme)) }
}

/// On what kind of ground the screen is shown.
package enum Theme: String, Sendable, CaseIterable {
  case dark
  case light
  /// Black, with colours that stand out most.
  case contrast
}
