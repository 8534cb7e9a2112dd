using ForgetDesk;
using ForgetDesk.Security;

if (args is ["hash-password"])
{
    // Read from the input, so that it stands in no list of processes and no shell's history.
    Console.Error.WriteLine("Type the password and press Enter.");
    Console.WriteLine(Passwords.Hash(Console.ReadLine() ?? ""));
    return 0;
}

try
{
    using var app = DeskApplication.Create(args);
    app.Run();
    return 0;
}
catch (Exception exception) when (exception is InvalidOperationException or InvalidDataException or IOException or UnauthorizedAccessException)
{
    // What the one who starts it can mend needs its sentence, not our stack.
    Console.Error.WriteLine(exception.Message);
    return 1;
}
