using System.Runtime.InteropServices;

namespace Madang.Images.Imaging.Native;

/// <summary>
/// The dozen functions of libvips and GObject that we call, none of them variadic: an operation is made by name, its
/// properties are set, it is built, its output is read. Symbols of 8.13 and newer.
/// </summary>
internal static unsafe partial class LibVips
{
    public const string Vips = "libvips.so.42";
    private const string Object = "libgobject-2.0.so.0";
    private const string GLib = "libglib-2.0.so.0";

    /// <summary>GLib's variant: a type and two words.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct GValue
    {
        public nuint Type;
        private readonly ulong data0;
        private readonly ulong data1;
    }

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int vips_init(string programName);

    [LibraryImport(Vips)]
    public static partial int vips_version(int part);

    [LibraryImport(Vips)]
    public static partial void vips_concurrency_set(int threads);

    [LibraryImport(Vips)]
    public static partial void vips_cache_set_max(int operations);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void vips_operation_block_set(string className, int blocked);

    [LibraryImport(Vips)]
    public static partial nint vips_error_buffer_copy();

    [LibraryImport(Vips)]
    public static partial void vips_error_clear();

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint vips_operation_new(string name);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int vips_object_set_argument_from_string(nint instance, string name, string value);

    [LibraryImport(Vips)]
    public static partial nint vips_cache_operation_build(nint operation);

    [LibraryImport(Vips)]
    public static partial void vips_object_unref_outputs(nint instance);

    [LibraryImport(Vips)]
    public static partial nuint vips_array_image_get_type();

    [LibraryImport(Vips)]
    public static partial nuint vips_image_get_type();

    [LibraryImport(Vips)]
    public static partial void vips_value_set_array_image(GValue* value, int count);

    [LibraryImport(Vips)]
    public static partial nint* vips_value_get_array_image(GValue* value, int* count);

    [LibraryImport(Vips)]
    public static partial nint vips_target_custom_new();

    [LibraryImport(Vips)]
    public static partial nint vips_image_copy_memory(VipsImage image);

    [LibraryImport(Vips)]
    public static partial nint vips_image_write_to_memory(VipsImage image, nuint* size);

    [LibraryImport(Vips)]
    public static partial nint vips_image_new_from_memory_copy(void* data, nuint size, int width, int height, int bands, int format);

    [LibraryImport(Vips)]
    public static partial int vips_image_get_width(VipsImage image);

    [LibraryImport(Vips)]
    public static partial int vips_image_get_height(VipsImage image);

    [LibraryImport(Vips)]
    public static partial int vips_image_get_bands(VipsImage image);

    [LibraryImport(Vips)]
    public static partial int vips_image_get_format(VipsImage image);

    [LibraryImport(Vips)]
    public static partial ulong vips_format_sizeof(int format);

    [LibraryImport(Vips)]
    public static partial int vips_image_hasalpha(VipsImage image);

    [LibraryImport(Vips)]
    public static partial void vips_image_set_kill(VipsImage image, int kill);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nuint vips_image_get_typeof(VipsImage image, string field);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int vips_image_get_int(VipsImage image, string field, int* value);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void vips_image_set_int(VipsImage image, string field, int value);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int vips_image_remove(VipsImage image, string field);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int vips_image_get_array_int(VipsImage image, string field, int** values, int* count);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void vips_image_set_array_int(VipsImage image, string field, int* values, int count);

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void vips_image_set_blob_copy(VipsImage image, string field, void* data, nuint size);

    [LibraryImport(Object)]
    public static partial void g_object_unref(nint instance);

    [LibraryImport(Object, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void g_object_set_property(nint instance, string name, GValue* value);

    [LibraryImport(Object, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void g_object_get_property(nint instance, string name, GValue* value);

    [LibraryImport(Object)]
    public static partial nint g_object_ref(nint instance);

    [LibraryImport(Object)]
    public static partial GValue* g_value_init(GValue* value, nuint type);

    [LibraryImport(Object)]
    public static partial void g_value_unset(GValue* value);

    [LibraryImport(Object)]
    public static partial void g_value_set_object(GValue* value, nint instance);

    [LibraryImport(Object)]
    public static partial double g_value_get_double(GValue* value);

    [LibraryImport(Object)]
    public static partial nint g_value_dup_object(GValue* value);

    [LibraryImport(Object, StringMarshalling = StringMarshalling.Utf8)]
    public static partial ulong g_signal_connect_data(nint instance, string signal, void* handler, nint data, nint destroy, int flags);

    [LibraryImport(GLib, StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint g_log_set_handler(string domain, int levels, delegate* unmanaged[Cdecl]<nint, int, nint, nint, void> handler, nint data);

    [LibraryImport(GLib)]
    public static partial void g_free(nint memory);
}
