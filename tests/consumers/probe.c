/* Exit status 0 where UNITVAR_ISA is an instruction set that this machine has. */
#include <stdint.h>
#include <string.h>

const char *unitvar_isa(void);

int main(void)
{
    return strcmp(unitvar_isa(), "none") == 0;
}
