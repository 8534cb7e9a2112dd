using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

// Copies assemblies with internal types and members marked public, for the compiler to read; the real ones run.
// Usage: Publicizer <assembly> <copy> [<assembly> <copy> ...]
if (args.Length == 0 || args.Length % 2 != 0)
{
    Console.Error.WriteLine("Usage: Publicizer <assembly> <copy> [<assembly> <copy> ...]");
    return 1;
}

for (var i = 0; i < args.Length; i += 2)
{
    Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(args[i + 1]))!); // A file's full path has a folder.
    File.WriteAllBytes(args[i + 1], Publicize(File.ReadAllBytes(args[i])));
}

return 0;

static byte[] Publicize(byte[] image)
{
    using var assembly = new PEReader(new MemoryStream(image, writable: false));
    var metadata = assembly.GetMetadataReader();

    foreach (var handle in metadata.TypeDefinitions)
    {
        // Names in angle brackets are the compiler's own.
        var type = metadata.GetTypeDefinition(handle);
        if (metadata.GetString(type.Name).StartsWith('<'))
            continue;

        var visibility = type.Attributes & TypeAttributes.VisibilityMask;
        var widened = visibility is TypeAttributes.NotPublic or TypeAttributes.Public ? TypeAttributes.Public : TypeAttributes.NestedPublic;
        Patch(TableIndex.TypeDef, MetadataTokens.GetRowNumber(handle), 0, (ushort)TypeAttributes.VisibilityMask, (ushort)widened);
    }

    foreach (var handle in metadata.MethodDefinitions)
    {
        // A row begins with the method's address (4 bytes) and its implementation flags (2 bytes).
        if (Widen(metadata.GetMethodDefinition(handle).Attributes & MethodAttributes.MemberAccessMask) is { } access)
            Patch(TableIndex.MethodDef, MetadataTokens.GetRowNumber(handle), 6, (ushort)MethodAttributes.MemberAccessMask, (ushort)access);
    }

    foreach (var handle in metadata.FieldDefinitions)
    {
        // Fields number their access as methods do.
        var access = (MethodAttributes)(metadata.GetFieldDefinition(handle).Attributes & FieldAttributes.FieldAccessMask);
        if (Widen(access) is { } widened)
            Patch(TableIndex.Field, MetadataTokens.GetRowNumber(handle), 0, (ushort)FieldAttributes.FieldAccessMask, (ushort)widened);
    }

    return image;

    void Patch(TableIndex table, int row, int column, ushort mask, ushort value)
    {
        var offset = assembly.PEHeaders.MetadataStartOffset + metadata.GetTableMetadataOffset(table)
            + (row - 1) * metadata.GetTableRowSize(table) + column;
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(offset));
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(offset), (ushort)((flags & ~mask) | value));
    }
}

// Private stays private: nothing of ours needs it, and name clashes stay few.
static MethodAttributes? Widen(MethodAttributes access) => access switch
{
    MethodAttributes.Assembly => MethodAttributes.Public,
    MethodAttributes.FamANDAssem or MethodAttributes.FamORAssem => MethodAttributes.Family,
    _ => null,
};
