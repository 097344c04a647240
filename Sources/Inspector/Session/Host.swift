import SystemPackage

/// What a front end lends its session: a screen to make pictures of, a lesson's sandbox.
package struct Host {
  /// Makes or saves a picture of the screen.
  ///
  /// It is given the file to save it to, or `nil` for lines of text.
  package var takeScreen: ((OutputFile?) throws(CommandError) -> [String])?
  /// Whether it draws the log, with what each event cost beside it.
  package var hasScreen = false
  /// Steps through what its screen has shown, and returns what is to be said of it.
  package var stepInPast: ((PastStep) throws(CommandError) -> [String])?
  /// Whether the past is shown to those whose commands are carried out.
  package var isInPast: () -> Bool = { false }
  /// Puts a text into the clipboard of the terminal that is looked at; `nil` where there is none.
  package var copy: ((String) throws(CommandError) -> Void)?
  /// Files that the host has open, and that nothing may be written over.
  package var filesInUse: () -> [OutputFile.InUse] = { [] }
  /// Marks the moment in the recording of the screen.
  package var mark: (String) -> Void = { _ in }
  /// Where pictures and recordings go; `nil` for the working folder, which a lesson has moved to its own.
  package var outputFolder: FilePath?
  /// Whether a lesson is still to go on with what is open.
  package var isInLesson = false
  /// What a lesson can do that no command can.
  ///
  /// It is given the words after `outside`, and answers with what came of it.
  package var outside: (([String]) throws(CommandError) -> Event)?
  /// The process that a lesson has started, if one runs; `nil` where there is no lesson.
  package var child: (() -> Int32?)?
}

extension Session {
  /// Why a command that a person gives has to wait for the end of the lesson, which counts on the file as it is; `nil` if
  /// it has not.
  package func lessonsClaim(on command: Command) -> String? {
    guard host.isInLesson, !command.action.isReadOnly else { return nil }
    return "`\(command.verb)` has to wait: the lesson goes on with this file until its end"
  }
}
